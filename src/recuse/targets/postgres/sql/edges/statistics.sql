-- statistics: pg_statistic holds the most common values of every analysed column and knows no row policy.
SELECT 'table:pg_catalog.pg_statistic' AS source, 'part:' || r.name || '.' || quote_ident(a.attname) AS target,
       'statistics' AS kind, format('pg_statistic holds the most common values of %s', r.name) AS reason,
       format('SELECT stavalues1 FROM pg_catalog.pg_statistic WHERE starelid = %s AND staattnum = %s', r.oid, a.attnum)
         AS attempt, '' AS identity
FROM relation AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.relkind IN ('r', 'p', 'm') AND r.reltuples > 0 AND (r.relrowsecurity OR EXISTS (
  SELECT FROM relation AS s, aclexplode(s.relacl) AS g
  WHERE s.oid = 'pg_catalog.pg_statistic'::regclass AND g.privilege_type = 'SELECT' AND g.grantee <> s.relowner))
