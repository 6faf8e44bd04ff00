SELECT ssn FROM cpd.person WHERE pub.is_number(ssn);
