DO $$ BEGIN
  EXECUTE format('REVOKE SELECT ON LARGE OBJECT %s FROM ice', (SELECT ssn FROM cpd.person WHERE id = 1));
END $$;
