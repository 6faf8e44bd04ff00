SELECT number FROM pub.everyone WHERE id = 1;
