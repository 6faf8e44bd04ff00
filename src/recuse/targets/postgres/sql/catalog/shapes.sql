-- shapes: the columns of every relation that can hold rows of its own, with what tells a copy from a relation that only
-- shares columns: what a column refers to by a foreign key, and whether it alone is unique. Kinds of types that a copy may
-- change are one family. A materialized view of tables is described by its definition.
, root (relation, ancestor) AS (
  SELECT oid, oid FROM pg_class WHERE relkind IN ('r', 'p', 'f') AND NOT relispartition
    AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid)
  UNION
  SELECT i.inhrelid, r.ancestor FROM root AS r JOIN pg_inherits AS i ON i.inhparent = r.relation
), family AS (
  SELECT relation, min(ancestor::regclass::text) AS name FROM root GROUP BY relation
)
SELECT format('%I.%I', n.nspname, c.relname) AS relation, c.relname::text AS short, c.relkind::text AS kind,
       coalesce(family.name, c.oid::text) AS family,
       a.attname::text AS name, quote_ident(a.attname) AS written,
       CASE t.typcategory WHEN 'S' THEN 'text' WHEN 'E' THEN 'text' WHEN 'N' THEN 'number' WHEN 'D' THEN 'time'
                          ELSE t.typname END::text AS type,
       ARRAY(SELECT format('%s.%s', f.confrelid::regclass, k.attname)
             FROM pg_constraint AS f
             CROSS JOIN LATERAL unnest(f.conkey, f.confkey) AS pair (mine, theirs)
             JOIN pg_attribute AS k ON k.attrelid = f.confrelid AND k.attnum = pair.theirs
             WHERE f.conrelid = c.oid AND f.contype = 'f' AND pair.mine = a.attnum) AS refers,
       EXISTS (SELECT FROM pg_index AS i
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum) AS alone
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS own ON own.oid = a.atttypid
JOIN pg_type AS t ON t.oid = coalesce(nullif(own.typbasetype, 0), own.oid)
LEFT JOIN family ON family.relation = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'm') AND c.relpersistence <> 't' AND c.oid >= 16384 AND n.nspname <> 'recuse'
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND NOT (c.relkind = 'm' AND EXISTS (
    SELECT FROM pg_rewrite AS w
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    WHERE w.ev_class = c.oid AND d.refobjid <> c.oid))
ORDER BY 1, a.attnum
