SELECT ssn FROM cpd.person_1;
