SELECT * FROM pub.feed;
