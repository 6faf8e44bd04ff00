SELECT pub.lookup(1);
