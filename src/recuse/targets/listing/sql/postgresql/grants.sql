-- grants.csv: privileges, SUPERUSER as one on the server, what an owner holds by owning is not one.
-- Reads catalogs alone. Run as: psql -XAtq -d service=… -f grants.sql -o grants.csv
WITH users AS (
  SELECT * FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp|catalog$)' AND nspname <> 'information_schema'
), record (fields) AS (
  SELECT ARRAY[g.scope, g.schema, g.object, g.column_name, g.privilege, coalesce(pg_get_userbyid(nullif(g.grantee, 0)), 'public'),
               pg_get_userbyid(g.grantor), CASE WHEN g.grantable THEN 'yes' ELSE 'no' END, 'no']
  FROM (
    SELECT 'database' AS scope, NULL::text AS schema, NULL::text AS object, NULL::text AS column_name,
           a.privilege_type AS privilege, a.grantee, a.grantor, a.is_grantable AS grantable
    FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
    WHERE d.datname = current_database()
    UNION ALL
    SELECT 'schema', n.nspname, NULL, NULL, a.privilege_type, a.grantee, a.grantor, a.is_grantable
    FROM users AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
    UNION ALL
    SELECT 'object', n.nspname, c.relname, NULL, a.privilege_type, a.grantee, a.grantor, a.is_grantable
    FROM pg_class AS c JOIN users AS n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS a
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.grantee <> c.relowner
    UNION ALL
    SELECT 'column', n.nspname, c.relname, t.attname, a.privilege_type, a.grantee, a.grantor, a.is_grantable
    FROM pg_attribute AS t JOIN pg_class AS c ON c.oid = t.attrelid JOIN users AS n ON n.oid = c.relnamespace,
         aclexplode(t.attacl) AS a
    WHERE t.attnum > 0 AND NOT t.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.grantee <> c.relowner
    UNION ALL
    SELECT 'object', n.nspname, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), NULL,
           a.privilege_type, a.grantee, a.grantor, a.is_grantable
    FROM pg_proc AS p JOIN users AS n ON n.oid = p.pronamespace,
         aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
    WHERE a.grantee <> p.proowner
  ) AS g
  UNION ALL
  SELECT ARRAY['server', NULL, NULL, NULL, 'SUPERUSER', rolname, NULL, 'no', 'no'] FROM pg_roles WHERE rolsuper
)
SELECT line FROM (
  SELECT 0 AS part, '"on","schema","object","column","privilege","grantee","grantor","grantable","denied"' AS line
  UNION ALL
  SELECT 1, '"' || replace(replace(array_to_string(fields, E'\x1f', ''), '"', '""'), E'\x1f', '","') || '"' FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","","","","","",""' FROM record
) AS file
ORDER BY part, line;
