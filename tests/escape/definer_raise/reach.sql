SET client_min_messages = debug1;
SELECT pub.check_all();
