-- failed constraints: a foreign key changes the rows that refer to it as the owner of their table, so that the error shows the row to
-- whoever deletes or updates the key when a column may not be NULL, a check or another key refuses the change. Not where row policies bind
-- the owner. What refuses is `refusing`: a column that may not be NULL alone, the others with whatever else they ask about.
, changing AS (
  SELECT k.conrelid, k.confrelid, k.conname, w.event, w.action, c.number::int2 AS number, c.other::int2 AS other
  FROM pg_constraint AS k
  CROSS JOIN LATERAL (VALUES ('delete', k.confdeltype), ('update', k.confupdtype)) AS w (event, action)
  CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS c (number, other)
  WHERE k.contype = 'f' AND (w.action IN ('n', 'd') OR (w.event, w.action) = ('update', 'c'))
)
SELECT DISTINCT w.event || ':' || p.name AS source, 'part:' || c.name || '.' || quote_ident(a.attname) AS target,
       'failed constraint' AS kind,
       format('%s from %s changes %s as its owner %I, and the error of a constraint that fails shows the row', w.event, p.name, c.name,
              o.rolname) AS reason,
       CASE w.event WHEN 'delete' THEN format('DELETE FROM %s', p.name)
                    ELSE format('UPDATE %s SET %I = %s', p.name, s.attname, CASE t.typcategory WHEN 'N' THEN '-1' ELSE '''''' END) END AS attempt,
       '' AS identity
FROM changing AS w
JOIN relation AS c ON c.oid = w.conrelid AND c.relkind IN ('r', 'p')
JOIN relation AS p ON p.oid = w.confrelid
JOIN role AS o ON o.oid = c.relowner
JOIN pg_class AS g ON g.oid = c.oid AND NOT (g.relrowsecurity AND g.relforcerowsecurity AND NOT o.rolsuper AND NOT o.rolbypassrls)
JOIN pg_attribute AS k ON k.attrelid = c.oid AND k.attnum = w.number
JOIN pg_attribute AS s ON s.attrelid = p.oid AND s.attnum = w.other
JOIN pg_type AS t ON t.oid = s.atttypid
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnum <> w.number
WHERE CASE w.action WHEN 'n' THEN k.attnotnull WHEN 'd' THEN k.attnotnull AND NOT k.atthasdef ELSE k.attnotnull AND NOT s.attnotnull END
   OR w.action <> 'n' AND EXISTS (SELECT FROM pg_constraint AS x WHERE x.conrelid = c.oid AND x.contype = 'c' AND w.number = ANY (x.conkey))
   OR w.action <> 'n' AND EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)
                                    AND w.number = ANY (i.indkey::int2[]) AND a.attnum = ANY (i.indkey::int2[]))
