SELECT lower(line) FROM pub.log;
