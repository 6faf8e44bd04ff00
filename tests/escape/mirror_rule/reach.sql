SELECT line FROM pub.history;
