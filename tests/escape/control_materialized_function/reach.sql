SELECT * FROM pub.counted;
SELECT * FROM pub.named;
SELECT * FROM pub.empty;
