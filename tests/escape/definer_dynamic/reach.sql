SELECT * FROM pub.lookup('id = 1');
