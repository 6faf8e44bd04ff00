UPDATE cpd.person SET name = ssn RETURNING name;
DELETE FROM cpd.person RETURNING ssn;
SELECT ssn FROM cpd.person WHERE id = 1;
