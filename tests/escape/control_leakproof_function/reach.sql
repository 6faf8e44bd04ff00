SELECT ssn FROM cpd.person WHERE pub.is_long(ssn);
SELECT ssn FROM cpd.person WHERE pub.shows(ssn::inet);
SELECT ssn FROM cpd.person WHERE pub.closed(ssn);
