SELECT ssn FROM pub.persons();
