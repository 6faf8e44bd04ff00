-- domains: who owns a domain adds a check to it, which the server tries on every value that any table keeps in it, or in a domain
-- made of it. No right on the table is asked and no row policy: the check, a function or a failing cast, is told the values.
, made (domain, type) AS (
  SELECT t.oid, t.oid FROM pg_type AS t WHERE t.typtype = 'd' AND t.oid >= 16384
  UNION
  SELECT m.domain, t.oid FROM made AS m JOIN pg_type AS t ON t.typtype = 'd' AND t.typbasetype = m.type
)
SELECT 'role:' || pg_get_userbyid(t.typowner) AS source, 'column:' || r.name || '.' || quote_ident(a.attname) AS target, 'domain' AS kind,
       format('%I owns the domain %s, and a check that it adds is told every value in %s.%I', pg_get_userbyid(t.typowner),
              format_type(t.oid, NULL), r.name, a.attname) AS reason,
       format('CREATE FUNCTION pg_temp.recuse_reach(text) RETURNS boolean LANGUAGE plpgsql AS %L; '
              'ALTER DOMAIN %s ADD CONSTRAINT recuse_reach CHECK (pg_temp.recuse_reach(VALUE::text))',
              E'BEGIN RAISE NOTICE ''%'', $1;\nRETURN true;\nEND', format_type(t.oid, NULL)) AS attempt, '' AS identity
FROM made AS m
JOIN pg_type AS t ON t.oid = m.domain
JOIN pg_attribute AS a ON a.atttypid = m.type AND a.attnum > 0 AND NOT a.attisdropped
JOIN relation AS r ON r.oid = a.attrelid AND r.relkind IN ('r', 'm') AND r.relowner <> t.typowner
