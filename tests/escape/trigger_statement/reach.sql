DELETE FROM pub.box;
