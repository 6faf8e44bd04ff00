TRUNCATE cpd.person;
