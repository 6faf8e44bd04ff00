DELETE FROM pub.note;
