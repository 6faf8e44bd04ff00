SELECT current_user, session_user;
SELECT ssn FROM cpd.person WHERE id = 1;
SET ROLE analysts;
SET SESSION AUTHORIZATION owner1;
SELECT ssn FROM cpd.person WHERE id = 1;
