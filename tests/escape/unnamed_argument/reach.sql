SELECT pub.show();
