-- search paths of accounts: who can make something in a schema that an account looks into before the one it means, has what it
-- makes run as that account. What is not set is `"$user", public`: a schema of the login's own name, which who has CREATE on the database
-- may make (`schemas:`). Who owns the database sets the path of all who have none of their own, also before pg_catalog. A superuser
-- counts where its path was set: by default all that it does would count.
, path AS (
  SELECT r.oid, r.rolname, r.rolsuper, p.setrole, coalesce(p.path, '"$user", public') AS path, p.path IS NULL AS usual
  FROM role AS r
  LEFT JOIN LATERAL (
    SELECT d.setrole, substr(c.setting, length('search_path=') + 1) AS path
    FROM pg_db_role_setting AS d, unnest(d.setconfig) AS c (setting)
    WHERE d.setrole IN (0, r.oid) AND d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND c.setting LIKE 'search\_path=%'
    ORDER BY d.setrole = 0, d.setdatabase = 0 LIMIT 1
  ) AS p ON true
  WHERE r.rolcanlogin
), makers AS MATERIALIZED (
  SELECT n.nspname, g.grantee FROM pg_namespace AS n
  CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS g
  WHERE g.privilege_type = 'CREATE' AND n.nspname !~ '^pg_(toast|temp)'
  UNION
  SELECT NULL, g.grantee FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS g
  WHERE d.datname = current_database() AND g.privilege_type = 'CREATE'
), used AS MATERIALIZED (
  SELECT r.nspname, a.grantee, min(r.relname) AS relation
  FROM relation AS r CROSS JOIN aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS a
  WHERE NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
  GROUP BY 1, 2
), entry AS (
  SELECT p.oid, p.rolname, p.rolsuper, p.usual, p.path, e.place, replace(btrim(e.text, '"'), '$user', p.rolname) AS schema
  FROM path AS p CROSS JOIN LATERAL regexp_split_to_table(p.path, ',\s*') WITH ORDINALITY AS e (text, place)
), looked AS (
  SELECT DISTINCT ON (f.rolname, f.schema) f.rolname, f.schema, before.oid IS NULL AS missing, later.schema AS later, u.relation, f.path
  FROM entry AS f
  JOIN entry AS later ON later.oid = f.oid AND later.place > f.place AND later.schema <> 'pg_catalog'
  LEFT JOIN pg_namespace AS before ON before.nspname = f.schema
  JOIN used AS u ON u.nspname = later.schema AND (u.grantee = 0 OR (f.rolsuper AND NOT f.usual) OR pg_has_role(f.oid, u.grantee, 'MEMBER'))
    AND NOT EXISTS (SELECT FROM pg_class AS own WHERE own.relnamespace = before.oid AND own.relname = u.relation)
  WHERE f.schema <> 'pg_catalog' AND NOT (f.usual AND f.rolsuper) AND EXISTS (
    SELECT FROM makers AS m JOIN role AS g ON g.oid = m.grantee OR m.grantee = 0
    WHERE m.nspname IS NOT DISTINCT FROM before.nspname AND g.oid <> f.oid AND NOT g.rolsuper)
  ORDER BY f.rolname, f.schema, later.place, u.relation
)
SELECT CASE WHEN s.missing THEN 'schemas:' ELSE 'create:' || s.schema END AS source, 'role:' || s.rolname AS target,
       'planted code' AS kind,
       format('%I looks up names in schema %I%s before schema %I (its search_path)', s.rolname, s.schema,
              CASE WHEN s.missing THEN ', which can still be made,' ELSE '' END, s.later) AS reason,
       concat(CASE WHEN s.missing THEN format('CREATE SCHEMA %1$I; GRANT USAGE ON SCHEMA %1$I TO PUBLIC; ', s.schema) END,
              format('CREATE FUNCTION %1$I.recuse_reach() RETURNS boolean LANGUAGE plpgsql AS %2$L; '
              'CREATE VIEW %1$I.%3$I AS SELECT WHERE %1$I.recuse_reach(); GRANT SELECT ON %1$I.%3$I TO PUBLIC; '
              'RESET SESSION AUTHORIZATION; SET SESSION AUTHORIZATION %4$I; SET search_path = %5$s; SELECT * FROM %3$I', s.schema,
              E'BEGIN RAISE NOTICE ''%'', (SELECT r::pg_catalog.text FROM recuse_read AS r LIMIT 1);\nRETURN true;\nEND',
              s.relation, s.rolname, s.path)) AS attempt, s.rolname AS identity
FROM looked AS s
UNION ALL
SELECT a.node, 'schemas:', a.kind, a.reason, NULL, NULL
FROM (
  SELECT CASE g.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(g.grantee) END AS node,
         CASE g.grantee WHEN d.datdba THEN 'ownership' ELSE 'grant CREATE' END AS kind,
         format('%I granted CREATE on database %I', pg_get_userbyid(g.grantor), d.datname) AS reason
  FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS g
  WHERE d.datname = current_database() AND g.privilege_type = 'CREATE'
) AS a
UNION ALL
SELECT o.node, 'role:' || p.rolname, 'planted code',
       format('%I owns the database %I and sets its search_path, so that %I looks up names in a schema of the owner first', o.rolname, d.datname,
              p.rolname),
       format('CREATE SCHEMA recuse_reach; GRANT USAGE ON SCHEMA recuse_reach TO PUBLIC; '
              'CREATE FUNCTION recuse_reach.now() RETURNS boolean LANGUAGE plpgsql AS %L; '
              'ALTER DATABASE %I SET search_path = recuse_reach, pg_catalog; '
              'RESET SESSION AUTHORIZATION; SET SESSION AUTHORIZATION %I; SET search_path = recuse_reach, pg_catalog; SELECT now()',
              E'BEGIN RAISE NOTICE ''%'', (SELECT r::pg_catalog.text FROM recuse_read AS r LIMIT 1);\nRETURN true;\nEND',
              d.datname, p.rolname), p.rolname
FROM pg_database AS d JOIN role AS o ON o.oid = d.datdba AND NOT o.rolsuper
JOIN path AS p ON p.oid <> o.oid AND coalesce(p.setrole, 0) = 0
WHERE d.datname = current_database()
