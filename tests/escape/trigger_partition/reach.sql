DELETE FROM pub.event;
