-- ownership: an owner may change its relation, drop it, and grant itself what was revoked.
SELECT 'role:' || pg_get_userbyid(c.relowner) AS source, p.privilege || ':' || c.name AS target, 'ownership' AS kind,
       format('%I owns %s%s', pg_get_userbyid(c.relowner), c.name,
              CASE WHEN p.privilege <> 'drop' AND NOT o.held THEN ' and can grant itself ' || upper(p.privilege) ELSE '' END)
         AS reason,
       nullif(concat_ws('; ',
         CASE WHEN c.relrowsecurity AND c.relforcerowsecurity
              THEN format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', c.name) END,
         CASE WHEN p.privilege <> 'drop' AND NOT o.held
              THEN format('GRANT %s ON %s TO %I', upper(p.privilege), c.name, pg_get_userbyid(c.relowner)) END), '') AS attempt,
       ARRAY[c.schema] AS needs, CASE WHEN c.relkind = 'v' THEN NULL ELSE '' END AS identity
FROM changed AS c
CROSS JOIN unnest(ARRAY['insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'drop']) AS p (privilege)
CROSS JOIN LATERAL (
  SELECT EXISTS (SELECT FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
                 WHERE a.grantee = c.relowner AND a.privilege_type = upper(p.privilege)) AS held
) AS o
WHERE CASE c.relkind WHEN 'm' THEN p.privilege = 'drop' WHEN 'v' THEN p.privilege IN ('insert', 'update', 'delete', 'drop')
      ELSE true END
