-- superusers: a superuser changes every relation, whatever its grants and row policies say.
SELECT 'superuser:' AS source, p.privilege || ':' || c.name AS target, 'superuser' AS kind,
       'a superuser changes everything' AS reason, '' AS identity
FROM changed AS c
CROSS JOIN unnest(ARRAY['insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'drop']) AS p (privilege)
WHERE c.name = current_setting('recuse.asked') AND (c.relkind NOT IN ('m', 'v') OR p.privilege = 'drop')
