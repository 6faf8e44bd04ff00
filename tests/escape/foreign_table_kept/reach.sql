SELECT number FROM pub.m WHERE id = 1;
