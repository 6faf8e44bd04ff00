SELECT pub.forget(1);
