SELECT pub.check_codes();
