UPDATE cpd.person SET district = 1;
