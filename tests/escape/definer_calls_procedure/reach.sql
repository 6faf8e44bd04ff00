SELECT pub.line();
