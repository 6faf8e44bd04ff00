UPDATE cpd.person SET name = '' WHERE id = 1;
