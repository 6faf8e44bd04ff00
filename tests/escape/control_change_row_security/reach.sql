DELETE FROM cpd.person;
UPDATE cpd.person SET ssn = NULL;
INSERT INTO cpd.person VALUES (0);
