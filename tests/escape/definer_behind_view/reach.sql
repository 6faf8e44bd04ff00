SELECT answer FROM pub.v;
