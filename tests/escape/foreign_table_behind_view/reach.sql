SELECT number FROM pub.v WHERE id = 1;
