SELECT b FROM pub.extract;
