SELECT document FROM pub.v WHERE id = 1;
