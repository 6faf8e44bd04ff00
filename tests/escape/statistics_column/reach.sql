SELECT line FROM pub.common;
