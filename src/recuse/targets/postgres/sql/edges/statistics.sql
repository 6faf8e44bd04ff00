-- statistics: pg_statistic holds the most common values of every analysed column and knows no row policy. Who may read it is told by
-- its grants, on columns too, and by views over it.
, holding (node, whole) AS MATERIALIZED (
  SELECT 'table:pg_catalog.pg_statistic', true
  UNION ALL
  SELECT 'column:pg_catalog.pg_statistic.' || c.attname, false
  FROM pg_attribute AS c
  WHERE c.attrelid = 'pg_catalog.pg_statistic'::regclass AND c.attname LIKE 'stavalues_'
    AND (c.attacl IS NOT NULL OR EXISTS ( -- what the server needs itself stands in no pg_depend
      SELECT FROM pg_rewrite AS w WHERE w.ev_class >= 16384 AND w.ev_action::text LIKE '%:relid ' || 'pg_catalog.pg_statistic'::regclass::oid || ' %'))
), granted (any_one) AS MATERIALIZED (
  SELECT EXISTS (
    SELECT FROM relation AS s, aclexplode(s.relacl) AS g
    WHERE s.oid = 'pg_catalog.pg_statistic'::regclass AND g.privilege_type = 'SELECT' AND g.grantee <> s.relowner)
)
SELECT h.node AS source, 'part:' || r.name || '.' || quote_ident(a.attname) AS target,
       'statistics' AS kind, format('pg_statistic holds the most common values of %s', r.name) AS reason,
       CASE WHEN h.whole THEN format('SELECT stavalues1 FROM pg_catalog.pg_statistic WHERE starelid = %s AND staattnum = %s',
                                     r.oid, a.attnum) END AS attempt, '' AS identity
FROM holding AS h
CROSS JOIN granted AS g
JOIN relation AS r ON r.relkind IN ('r', 'p', 'm') AND r.reltuples > 0 AND (r.relrowsecurity OR NOT h.whole OR g.any_one)
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
