SELECT * FROM pub.journal;
