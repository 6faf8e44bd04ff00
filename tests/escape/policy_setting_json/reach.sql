SET app.mode = 'clerk';
SET app.claims = '{"number": "SECRET-4711"}';
SELECT count(ssn) FROM cpd.person;
SELECT ssn FROM cpd.person;
