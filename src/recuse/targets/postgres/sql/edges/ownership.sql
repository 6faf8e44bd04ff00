-- ownership: an owner may do anything with its relation: read it, grant itself what was revoked, switch FORCE ROW LEVEL
-- SECURITY off. So no row policy binds it. The owner of a schema can drop what is in it but not read it: no edge.
SELECT 'role:' || pg_get_userbyid(r.relowner) AS source, r.node AS target, 'ownership' AS kind,
       format('%I owns %s%s', pg_get_userbyid(r.relowner), r.name,
              CASE WHEN r.relrowsecurity AND r.relforcerowsecurity THEN ' and can switch row security off'
                   WHEN NOT o.reads THEN ' and can grant itself SELECT' ELSE '' END) AS reason,
       nullif(concat_ws('; ',
         CASE WHEN r.relrowsecurity AND r.relforcerowsecurity
              THEN format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', r.name) END,
         CASE WHEN NOT o.reads
              THEN format('GRANT SELECT ON %s TO %I', r.name, pg_get_userbyid(r.relowner)) END), '') AS attempt,
       ARRAY[r.schema] AS needs,
       CASE WHEN r.relkind = 'v' THEN NULL ELSE '' END AS identity
FROM relation AS r
CROSS JOIN LATERAL (
  SELECT EXISTS (SELECT FROM aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS a
                 WHERE a.grantee = r.relowner AND a.privilege_type = 'SELECT') AS reads
) AS o
