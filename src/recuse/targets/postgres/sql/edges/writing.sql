-- changing: what an owner may do without a grant, grants of INSERT and UPDATE on single columns, and views that pass a change on to
-- their table with the rights of their owner. They matter where something fires: triggers, rules, foreign keys; and where a row policy
-- looks, itself or through a view.
, looked AS (
  SELECT d.refobjid AS oid FROM pg_depend AS d WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_class'::regclass
  UNION
  SELECT d.refobjid
  FROM looked AS l
  JOIN pg_rewrite AS w ON w.ev_class = l.oid AND w.ev_type = '1'
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
), firing AS (
  SELECT r.*, c.relhastriggers OR c.relhasrules AS fires
  FROM relation AS r
  JOIN pg_class AS c ON c.oid = r.oid
  WHERE c.relhastriggers OR c.relhasrules OR r.oid IN (SELECT oid FROM looked)
), written AS MATERIALIZED (
  SELECT DISTINCT d.relation FROM doing AS d JOIN pg_class AS c ON c.oid = d.relation
  WHERE d.action IN ('insert', 'update', 'delete') AND d.grantee NOT IN (0, c.relowner)
)
SELECT 'role:' || pg_get_userbyid(r.relowner) AS source, e.event || ':' || r.name AS target, 'ownership' AS kind,
       format('%I owns %s', pg_get_userbyid(r.relowner), r.name) AS reason,
       CASE e.event WHEN 'insert' THEN format('INSERT INTO %s DEFAULT VALUES', r.name)
                    WHEN 'delete' THEN format('DELETE FROM %s', r.name) WHEN 'truncate' THEN format('TRUNCATE %s', r.name)
       END AS attempt, ARRAY[r.schema] AS needs, NULL::text[] AS ends
FROM firing AS r, unnest(ARRAY['insert', 'update', 'delete', 'truncate']) AS e (event)
WHERE r.relkind <> 'm'
UNION ALL
SELECT 'role:' || pg_get_userbyid(r.relowner), 'trigger:' || r.name, 'ownership', format('%I owns %s', pg_get_userbyid(r.relowner), r.name),
       NULL, ARRAY[r.schema], NULL
FROM relation AS r
WHERE r.relkind IN ('r', 'p', 'v', 'f') AND r.oid IN (SELECT relation FROM written)
UNION ALL
SELECT CASE g.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(g.grantee) END, lower(g.privilege_type) || ':' || r.name,
       'grant ' || g.privilege_type,
       format('%I granted %s on the column %I of %s to %s', pg_get_userbyid(g.grantor), g.privilege_type, a.attname, r.name,
              CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END),
       CASE g.privilege_type WHEN 'UPDATE' THEN format('UPDATE %s SET %I = DEFAULT', r.name, a.attname)
                             ELSE format('INSERT INTO %s (%I) VALUES (DEFAULT)', r.name, a.attname) END, ARRAY[r.schema],
       ARRAY['grant', 'column', g.privilege_type, CASE g.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(g.grantee) END, pg_get_userbyid(g.grantor), g.is_grantable::text, r.nspname, r.relname, a.attname]::text[]
FROM firing AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN aclexplode(a.attacl) AS g
WHERE r.fires AND g.privilege_type IN ('INSERT', 'UPDATE')  -- a row policy asks about columns one by one, elsewhere
UNION ALL
-- A change of a parent changes its children; only a partitioned table passes new rows on.
SELECT e.event || ':' || p.name, e.event || ':' || c.name, 'inheritance', format('a change of %s changes %s too', p.name, c.name),
       NULL, NULL, NULL
FROM pg_inherits AS i
JOIN relation AS p ON p.oid = i.inhparent
JOIN relation AS c ON c.oid = i.inhrelid
CROSS JOIN unnest(ARRAY['insert', 'update', 'delete', 'truncate']) AS e (event)
WHERE (e.event <> 'insert' OR p.relkind = 'p') AND (c.relkind = 'p' OR c.oid IN (SELECT oid FROM firing))
UNION ALL
SELECT DISTINCT e.event || ':' || v.name, e.event || ':' || r.name, 'updatable view',
       format('%s changes %s with the rights of its owner %I', v.name, r.name, pg_get_userbyid(v.relowner)), NULL, NULL::text[], NULL::text[]
FROM relation AS v
JOIN pg_rewrite AS w ON w.ev_class = v.oid AND w.ev_type = '1'
JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
JOIN firing AS r ON r.oid = d.refobjid AND r.oid <> v.oid
CROSS JOIN (VALUES ('update', 4), ('insert', 8), ('delete', 16)) AS e (event, bit)
WHERE v.relkind = 'v' AND pg_relation_is_updatable(v.oid, false) & e.bit <> 0
  AND CASE e.event WHEN 'delete' THEN has_table_privilege(v.relowner, r.oid, 'DELETE')
           ELSE has_any_column_privilege(v.relowner, r.oid, upper(e.event)) END
