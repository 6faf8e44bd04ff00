-- identity maps: lines of pg_ident.conf that let who is proved to be one login (peer, gss, sspi, cert, ident) enter as another one. The
-- proof is of a name outside the database: here a login is taken for the person of the same name.
-- from: 15
-- right: SELECT on pg_hba_file_rules and pg_ident_file_mappings, and EXECUTE on their functions
, rule AS (
  SELECT h.line_number, h.user_name, h.database, substr(o.option, 5) AS map, h.auth_method
  FROM pg_hba_file_rules AS h, unnest(h.options) AS o (option)
  WHERE h.error IS NULL AND o.option LIKE 'map=%'
), mapped AS (
  SELECT l.rolname AS login, m.map_name, m.line_number,
         CASE WHEN left(m.sys_name, 1) = '/'
              THEN replace(m.pg_username, '\1', coalesce((regexp_match(l.rolname, substr(m.sys_name, 2)))[1], '\1'))
              ELSE m.pg_username END AS entered
  FROM role AS l JOIN pg_ident_file_mappings AS m
    ON m.error IS NULL AND CASE WHEN left(m.sys_name, 1) = '/' THEN l.rolname ~ substr(m.sys_name, 2) ELSE m.sys_name = l.rolname END
  WHERE l.rolcanlogin
)
SELECT DISTINCT 'login:' || m.login AS source, 'login:' || r.rolname AS target, 'identity map' AS kind,
       format('line %s of pg_ident.conf (map %s) and line %s of pg_hba.conf (%s) let the person %I in as %I',
              m.line_number, m.map_name, h.line_number, h.auth_method, m.login, r.rolname) AS reason,
       format('SET SESSION AUTHORIZATION %I', r.rolname) AS attempt, r.rolname AS identity
FROM mapped AS m
JOIN role AS r ON r.rolcanlogin AND r.rolname <> m.login AND (r.rolname = m.entered
  OR current_setting('server_version_num')::int >= 160000 AND (
    m.entered = 'all' OR (left(m.entered, 1) = '/' AND r.rolname ~ substr(m.entered, 2))
    OR (left(m.entered, 1) = '+' AND EXISTS (
      SELECT FROM role AS g WHERE g.rolname = substr(m.entered, 2) AND pg_has_role(r.oid, g.oid, 'MEMBER')))))
JOIN rule AS h ON h.map = m.map_name
  AND EXISTS (
    SELECT FROM unnest(h.user_name) AS u (name)
    WHERE u.name IN ('all', r.rolname) OR (left(u.name, 1) = '/' AND r.rolname ~ substr(u.name, 2))
      OR (left(u.name, 1) = '+' AND EXISTS (
        SELECT FROM role AS g WHERE g.rolname = substr(u.name, 2) AND pg_has_role(r.oid, g.oid, 'MEMBER'))))
  AND EXISTS (
    SELECT FROM unnest(h.database) AS d (name)
    WHERE d.name IN ('all', current_database(), 'sameuser', 'samerole', 'samegroup'))
