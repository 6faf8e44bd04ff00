SELECT code FROM cpd.person WHERE id = 1;
