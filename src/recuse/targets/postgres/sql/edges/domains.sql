-- domains: who owns a domain adds a check to it, which the server tries on every value that any table keeps in it, or in a domain
-- made of it. No right on the table is asked and no row policy: the check, a function or a failing cast, is told the values.
-- Whoever later puts a value into such a column, or into one of arrays, rows or ranges of it, runs the check as itself.
, made (domain, type) AS (
  SELECT t.oid, t.oid FROM pg_type AS t WHERE t.typtype = 'd' AND t.oid >= 16384
  UNION
  SELECT m.domain, t.oid FROM made AS m JOIN pg_type AS t ON t.typtype = 'd' AND t.typbasetype = m.type
), held (domain, type) AS (
  SELECT domain, type FROM made
  UNION
  SELECT h.domain, w.type
  FROM held AS h
  JOIN (
    SELECT t.typelem AS inside, t.oid AS type FROM pg_type AS t WHERE t.typelem >= 16384
    UNION ALL
    SELECT a.atttypid, c.reltype FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('c', 'r')
    WHERE a.atttypid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT g.rngsubtype, g.rngtypid FROM pg_range AS g WHERE g.rngsubtype >= 16384
  ) AS w ON w.inside = h.type
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
UNION ALL
SELECT * FROM (
SELECT DISTINCT ON (t.oid, g.rolname) 'role:' || pg_get_userbyid(t.typowner), 'role:' || g.rolname, 'planted code',
       format('%I owns the domain %s, and a check that it adds runs as whoever puts a value into %s.%I, as %I may', pg_get_userbyid(t.typowner),
              format_type(t.oid, NULL), r.name, a.attname, g.rolname),
       format('CREATE FUNCTION pg_temp.recuse_reach() RETURNS boolean LANGUAGE plpgsql AS %L; '
              'ALTER DOMAIN %s ADD CONSTRAINT recuse_reach CHECK (pg_temp.recuse_reach()) NOT VALID; '
              'RESET SESSION AUTHORIZATION; SET ROLE %I; %s',
              E'BEGIN RAISE NOTICE ''%'', (SELECT r::pg_catalog.text FROM recuse_read AS r LIMIT 1);\nRETURN true;\nEND',
              format_type(t.oid, NULL), g.rolname, CASE u.privilege_type
                WHEN 'INSERT' THEN format('INSERT INTO %s (%I) SELECT %s::%s', r.name, a.attname,
                  CASE WHEN y.typelem <> 0 AND y.typlen = -1 THEN format('ARRAY[NULL::%s]', format_type(y.typelem, NULL)) ELSE 'NULL' END,
                  format_type(a.atttypid, a.atttypmod))
                ELSE format('UPDATE %s SET %I = DEFAULT', r.name, a.attname) END), g.rolname
FROM held AS h
JOIN pg_type AS t ON t.oid = h.domain
JOIN pg_attribute AS a ON a.atttypid = h.type AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS y ON y.oid = a.atttypid
JOIN relation AS r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p', 'f')
CROSS JOIN aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS u
JOIN role AS g ON g.oid = u.grantee AND g.oid <> t.typowner
WHERE u.privilege_type IN ('INSERT', 'UPDATE') AND NOT EXISTS (SELECT FROM role AS o WHERE o.oid = t.typowner AND o.rolsuper)
ORDER BY t.oid, g.rolname, r.name, a.attnum, u.privilege_type
) AS later
