-- The column holds the number of a large object, which has grants of its own.
ALTER TABLE cpd.person DROP ssn, ADD ssn oid;
UPDATE cpd.person SET ssn = lo_from_bytea(0, 'SECRET-4711') WHERE id = 1;
DO $$ BEGIN
  EXECUTE format('ALTER LARGE OBJECT %s OWNER TO owner1', (SELECT ssn FROM cpd.person WHERE id = 1));
  EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO ice', (SELECT ssn FROM cpd.person WHERE id = 1));
END $$;
