SELECT line FROM pub.log;
