SELECT pub.move(1, -1);
