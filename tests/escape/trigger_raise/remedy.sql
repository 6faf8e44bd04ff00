DROP TRIGGER guards ON cpd.person;
