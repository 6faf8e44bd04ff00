-- affected: how each of these relations is changed by a statement of one's own.
SELECT c.oid AS relation, c.name, s.verb, s.statement
FROM changed AS c
LEFT JOIN LATERAL (
  SELECT quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnum
  FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indnkeyatts = 1 AND i.indpred IS NULL AND a.attnum > 0
  ORDER BY i.indisprimary DESC LIMIT 1
) AS k ON true
CROSS JOIN LATERAL (
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.needed) AS names,
         string_agg(a.filler, ', ' ORDER BY a.attnum) FILTER (WHERE a.needed) AS fillers,
         (array_agg(format('%I = %s', a.attname, CASE WHEN a.needed THEN a.filler ELSE 'DEFAULT' END)
            ORDER BY a.needed, a.attnum = k.attnum, a.attnum DESC) FILTER (WHERE a.written))[1] AS assignment
  FROM (
    SELECT a.attname, a.attnum, a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS needed,
           a.attgenerated = '' AND a.attidentity <> 'a' AS written,
           CASE t.typcategory WHEN 'N' THEN '0' WHEN 'S' THEN '''recuse''' WHEN 'D' THEN 'now()' WHEN 'B' THEN 'false'
             WHEN 'A' THEN '''{}''' WHEN 'I' THEN '''192.0.2.1''' WHEN 'T' THEN '''0'''
             WHEN 'E' THEN format('(enum_range(NULL::%s))[1]', format_type(t.oid, NULL))
             ELSE CASE t.typname WHEN 'uuid' THEN '''00000000-0000-0000-0000-000000000000''' ELSE '''{}''' END END AS filler
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS a
) AS f
CROSS JOIN LATERAL (VALUES
  ('insert', CASE WHEN f.names IS NULL THEN format('INSERT INTO %s DEFAULT VALUES', c.name)
                  ELSE format('INSERT INTO %s (%s) VALUES (%s)', c.name, f.names, f.fillers) END),
  ('update', format('UPDATE %s SET %s', c.name, f.assignment)),
  ('delete', format('DELETE FROM %s', c.name)),
  ('truncate', format('TRUNCATE %s CASCADE', c.name)),
  ('drop', format('DROP %s %s CASCADE', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                                                       WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, c.name)),
  ('references', format('CREATE TABLE recuse_reach (id %s REFERENCES %s (%s))', k.type, c.name, k.name)),
  ('trigger', format('CREATE TRIGGER recuse_reach BEFORE UPDATE ON %s FOR EACH ROW '
                     'EXECUTE FUNCTION suppress_redundant_updates_trigger()', c.name))
) AS s (verb, statement)
WHERE s.verb <> 'references' OR k.name IS NOT NULL
ORDER BY c.name, s.verb
