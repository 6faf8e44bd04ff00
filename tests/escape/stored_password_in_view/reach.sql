SELECT ssn FROM pub.v;
