SELECT pub.gather(1);
