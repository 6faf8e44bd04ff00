SELECT pub.validate();
