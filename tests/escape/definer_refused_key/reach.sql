SELECT pub.sync();
