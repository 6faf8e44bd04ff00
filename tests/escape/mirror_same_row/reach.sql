SELECT tag FROM cpd.person;
