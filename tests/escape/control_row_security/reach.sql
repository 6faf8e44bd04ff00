SELECT ssn FROM cpd.person WHERE pub.leak(ssn);
SET row_security = off;
SELECT ssn FROM cpd.person WHERE id = 1;
