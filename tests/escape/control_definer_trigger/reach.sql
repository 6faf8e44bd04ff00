SELECT pub.act();
