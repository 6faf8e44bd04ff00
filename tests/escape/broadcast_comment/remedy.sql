DROP TRIGGER notes ON cpd.person;
DROP FUNCTION cpd.note();
COMMENT ON TABLE cpd.person IS NULL;
