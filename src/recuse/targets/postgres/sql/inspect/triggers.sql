-- Triggers of users that are not switched off.
SELECT n.nspname || '.' || c.relname, t.tgname::text
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgfoid IS DISTINCT FROM to_regproc('recuse.conflict')
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';
