-- extended statistics: they hold the most common combinations of columns and know no row policy. PUBLIC reads the view over them,
-- which until the repair of CVE-2024-4317 did not ask for rights on what it shows; an upgrade does not replace the view.
, held AS (
  SELECT r.name, e.stxname, 'part:' || r.name || '.' || quote_ident(a.attname) AS part, d.stxoid, n.nspname
  FROM pg_statistic_ext AS e
  JOIN relation AS r ON r.oid = e.stxrelid
  JOIN pg_namespace AS n ON n.oid = e.stxnamespace
  JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = ANY (e.stxkeys::int2[])
  CROSS JOIN LATERAL (SELECT e.oid AS stxoid) AS d
  WHERE 'm' = ANY (e.stxkind)
), open_view AS (
  SELECT pg_get_viewdef('pg_catalog.pg_stats_ext'::regclass) !~ 'pg_has_role' AS open
)
SELECT 'table:pg_catalog.pg_statistic_ext_data' AS source, part AS target, 'statistics' AS kind,
       format('the statistics %I hold the most common values of %s', stxname, name) AS reason,
       format('SELECT i.values FROM pg_catalog.pg_statistic_ext_data AS d, pg_mcv_list_items(d.stxdmcv) AS i WHERE d.stxoid = %s',
              stxoid) AS attempt, '' AS identity
FROM held
UNION ALL
SELECT 'column:pg_catalog.pg_statistic_ext_data.stxdmcv', part, 'statistics',
       format('the statistics %I hold the most common values of %s', stxname, name), NULL, ''
FROM held
UNION ALL
SELECT 'statistics:', part, 'statistics',
       format('pg_stats_ext shows the most common values of %s to everyone', name),
       format('SELECT most_common_vals FROM pg_catalog.pg_stats_ext WHERE statistics_schemaname = %L AND statistics_name = %L',
              nspname, stxname), ''
FROM held, open_view WHERE open
UNION ALL
SELECT 'public:', 'statistics:', 'statistics', 'the view pg_stats_ext lacks the repair of CVE-2024-4317', NULL, ''
FROM open_view WHERE open
