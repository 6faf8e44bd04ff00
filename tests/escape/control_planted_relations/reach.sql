SELECT * FROM pub.self;
SELECT * FROM pub.one;
SELECT ssn FROM pub.two;
