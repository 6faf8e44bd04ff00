-- Tables on which both triggers that refuse ON CONFLICT DO UPDATE stand whole and always on, with the roles they refuse it to.
SELECT n.nspname, c.relname, pg_catalog.string_to_array(pg_catalog.encode(b.tgargs, 'escape'), '\000')
FROM pg_catalog.pg_trigger b
JOIN pg_catalog.pg_trigger a ON a.tgrelid = b.tgrelid AND a.tgname = 'recuse_after' AND a.tgfoid = b.tgfoid
JOIN pg_catalog.pg_class c ON c.oid = b.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE b.tgname = 'recuse_before' AND b.tgfoid = to_regproc('recuse.conflict')
  AND b.tgtype = 22 AND a.tgtype = 4  -- before INSERT or UPDATE, after INSERT, each once a statement
  AND b.tgenabled = 'A' AND a.tgenabled = 'A' AND b.tgqual IS NULL AND a.tgqual IS NULL AND b.tgattr = '';
