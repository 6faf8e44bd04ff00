-- members.csv: memberships, one line a grantor, who owns the database is a member of pg_database_owner in it.
-- Reads catalogs alone. Run as: psql -XAtq -d service=… -f members.sql -o members.csv
WITH record (fields) AS (
  SELECT ARRAY[r.rolname, m.rolname, pg_get_userbyid(a.grantor), CASE WHEN a.admin_option THEN 'yes' ELSE 'no' END,
               CASE WHEN coalesce((to_jsonb(a) ->> 'inherit_option')::bool, m.rolinherit) THEN 'yes' ELSE 'no' END,
               CASE WHEN coalesce((to_jsonb(a) ->> 'set_option')::bool, true) THEN 'yes' ELSE 'no' END]
  FROM pg_auth_members AS a JOIN pg_roles AS r ON r.oid = a.roleid JOIN pg_roles AS m ON m.oid = a.member
  UNION ALL
  SELECT ARRAY['pg_database_owner', pg_get_userbyid(datdba), NULL, 'no', 'yes', 'no']
  FROM pg_database WHERE datname = current_database()
)
SELECT line FROM (
  SELECT 0 AS part, '"role","member","grantor","admin","inherit","set"' AS line
  UNION ALL
  SELECT 1, '"' || replace(replace(array_to_string(fields, E'\x1f', ''), '"', '""'), E'\x1f', '","') || '"' FROM record
  UNION ALL
  SELECT 2, '"end","' || count(*) || '","","","",""' FROM record
) AS file
ORDER BY part, line;
