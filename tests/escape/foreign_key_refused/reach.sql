DELETE FROM pub.unit;
