SELECT * FROM pub.visits;
