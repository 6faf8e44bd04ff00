LISTEN changes;
SELECT pub.touch();
