DROP POLICY own ON cpd.person;
