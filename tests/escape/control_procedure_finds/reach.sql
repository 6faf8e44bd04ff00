SELECT at FROM pub.change;
