SET app.person = '1';
SELECT ssn FROM cpd.person;
