-- host rules: lines of pg_hba.conf that ask a person for no proof (trust), or for that of the person's own machine (ident). No step
-- of an account: it is a person who enters as somebody, so each login that such a line lets in is a weakness.
-- right: SELECT on pg_hba_file_rules and EXECUTE on pg_hba_file_rules()
, rule AS (
  SELECT h.*, coalesce((to_jsonb(h) ->> 'rule_number')::int, h.line_number) AS place
  FROM pg_hba_file_rules AS h WHERE h.error IS NULL
), admitted AS (
  SELECT r.rolname, h.*
  FROM role AS r JOIN rule AS h ON EXISTS (
    SELECT FROM unnest(h.user_name) AS u (name)
    WHERE u.name IN ('all', r.rolname) OR (left(u.name, 1) = '/' AND h.place <> h.line_number AND r.rolname ~ substr(u.name, 2))
      OR (left(u.name, 1) = '+' AND EXISTS (
        SELECT FROM role AS g WHERE g.rolname = substr(u.name, 2) AND pg_has_role(r.oid, g.oid, 'MEMBER')))
  ) AND EXISTS (
    SELECT FROM unnest(h.database) AS d (name)
    WHERE d.name IN ('all', current_database()) OR (d.name = 'sameuser' AND r.rolname = current_database())
      OR d.name IN ('samerole', 'samegroup') AND EXISTS (
        SELECT FROM role AS g WHERE g.rolname = current_database() AND pg_has_role(r.oid, g.oid, 'MEMBER')))
  WHERE r.rolcanlogin
)
SELECT 'login:' || a.rolname AS source, 'unproved:' AS target, 'host rule' AS kind,
       format('line %s of pg_hba.conf (%s) lets a person in as %I without a secret', a.line_number, a.auth_method, a.rolname) AS reason
FROM admitted AS a
WHERE (a.auth_method = 'trust' OR (a.auth_method = 'ident' AND a.type <> 'local'))
  AND NOT EXISTS (
    SELECT FROM admitted AS b
    WHERE b.rolname = a.rolname AND b.place < a.place AND b.type IN (a.type, CASE WHEN a.type <> 'local' THEN 'host' END)
      AND (b.address IS NOT DISTINCT FROM a.address AND b.netmask IS NOT DISTINCT FROM a.netmask OR b.address = 'all'))
