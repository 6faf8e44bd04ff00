LISTEN person;
SELECT pub.touch();
