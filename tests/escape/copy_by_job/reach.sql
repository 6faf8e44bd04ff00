SELECT line FROM pub.nightly;
