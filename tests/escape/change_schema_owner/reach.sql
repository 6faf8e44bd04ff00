DROP TABLE cpd.person;
