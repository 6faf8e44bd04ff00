SELECT * FROM pub.lookup();
