DROP TRIGGER sends ON cpd.person;
