SELECT * FROM pub.visit;
