GRANT USAGE ON SCHEMA cpd TO ice;
SELECT ssn FROM cpd.person WHERE id = 1;
