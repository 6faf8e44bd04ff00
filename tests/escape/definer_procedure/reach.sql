CALL pub.tell();
