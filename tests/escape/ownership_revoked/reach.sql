GRANT SELECT ON cpd.person TO ice;
SELECT ssn FROM cpd.person WHERE id = 1;
