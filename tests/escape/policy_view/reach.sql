INSERT INTO pub.base SELECT 'ice', n FROM generate_series(0, 24) AS n;
SELECT ssn FROM cpd.person;
