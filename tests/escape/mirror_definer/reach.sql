SELECT line FROM pub.extract;
