SELECT * FROM pub.words('SELECT ssn::tsvector FROM cpd.person WHERE id = 1');
