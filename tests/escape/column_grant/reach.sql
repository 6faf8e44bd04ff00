SELECT ssn FROM cpd.person;
