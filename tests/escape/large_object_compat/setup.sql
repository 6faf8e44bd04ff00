-- G46: lo_compat_privileges switches the grants of large objects off.
ALTER TABLE cpd.person DROP ssn, ADD ssn oid;
UPDATE cpd.person SET ssn = lo_from_bytea(0, 'SECRET-4711') WHERE id = 1;
DO $$ BEGIN
  EXECUTE format('ALTER LARGE OBJECT %s OWNER TO owner1', (SELECT ssn FROM cpd.person WHERE id = 1));
  EXECUTE format('ALTER DATABASE %I SET lo_compat_privileges = on', current_database());
END $$;
