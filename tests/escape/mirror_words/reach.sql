SELECT words FROM cpd.person;
