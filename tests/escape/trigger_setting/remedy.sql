DROP TRIGGER keeps ON cpd.person;
