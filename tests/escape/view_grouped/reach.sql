SELECT ssn FROM pub.counted;
