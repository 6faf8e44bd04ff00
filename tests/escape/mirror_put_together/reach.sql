SELECT * FROM pub.log;
