UPDATE cpd.person SET ssn = NULL;
