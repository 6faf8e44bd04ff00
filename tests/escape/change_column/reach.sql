SET ROLE clerk;
UPDATE cpd.person SET ssn = NULL;
