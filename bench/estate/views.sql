-- Views of eight columns, one of them computed, each over a table of its schema or (every fifth) over the view before it;
-- every fourth asks the rights of its caller. A group, or in one case of twenty PUBLIC, may read each.
DO $$
DECLARE
  groups CONSTANT int := {roles} - {roles} / 2 - {roles} / 10;
  owners CONSTANT int := {roles} / 10;
  schemas CONSTANT int := ({tables} + 99) / 100 + 1;
  source text;
  t int;
  s int;
BEGIN
  FOR v IN 1 .. {views} LOOP
    t := 1 + (v * 2) % {tables};
    IF v % 5 = 0 AND v > 1 THEN
      s := 1 + (1 + ((v - 1) * 2) % {tables}) % schemas;
      source := format('s%s.v%s', s, v - 1);
    ELSE
      s := 1 + t % schemas;
      source := format('s%s.t%s', s, t);
    END IF;
    EXECUTE format(
      'CREATE VIEW s%1$s.v%2$s WITH (security_invoker = %4$s) AS SELECT id, name, agency, opened, closed, amount, note, '
      'coalesce(seen, closed) AS seen FROM %3$s WHERE amount > 0', s, v, source, v % 4 = 0);
    EXECUTE format('ALTER VIEW s%s.v%s OWNER TO o%s', s, v, 1 + s % owners);
    EXECUTE format('GRANT SELECT ON s%s.v%s TO %s', s, v,
                   CASE WHEN v % 20 = 0 THEN 'PUBLIC' ELSE format('g%s', 1 + floor(random() * groups)::int) END);
    IF v % 200 = 0 THEN
      COMMIT;
    END IF;
  END LOOP;
END $$
