UPDATE cpd.person SET keeper = 'ice';
SELECT ssn FROM cpd.person;
