REVOKE TRIGGER ON cpd.person FROM ice;
DROP TRIGGER shows ON cpd.person;
