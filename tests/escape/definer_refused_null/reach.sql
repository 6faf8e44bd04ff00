CALL pub.rename(1, NULL);
