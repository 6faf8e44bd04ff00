SELECT visitor FROM pub.visit;
