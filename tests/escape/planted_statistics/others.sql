ANALYZE cpd.person;
