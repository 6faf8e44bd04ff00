-- rights: of questions (number, checker, relation, columns), those where the checker may SELECT all the columns. Column 0
-- is the whole row; no column at all means any column will do, as for count(*).
SELECT q.number
FROM unnest(%(checkers)s::oid[], %(relations)s::oid[], %(columns)s::text[]) WITH ORDINALITY
  AS q (checker, relation, columns, number)
WHERE CASE WHEN q.columns = '{}' THEN has_any_column_privilege(q.checker, q.relation, 'SELECT')
  ELSE NOT EXISTS (
    SELECT FROM pg_attribute AS a
    WHERE a.attrelid = q.relation AND NOT a.attisdropped
      AND (a.attnum = ANY (q.columns::int2[]) OR (0 = ANY (q.columns::int2[]) AND a.attnum > 0))
      AND NOT has_column_privilege(q.checker, q.relation, a.attnum, 'SELECT')) END
