CREATE TEMPORARY TABLE team AS SELECT current_user AS who;
SELECT ssn FROM cpd.person;
