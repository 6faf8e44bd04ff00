-- A tenth of the tables has row security: rows of one agency for a group, now and then all rows for PUBLIC or none at all,
-- and every third of them for the owner as well.
DO $$
DECLARE
  groups CONSTANT int := {roles} - {roles} / 2 - {roles} / 10;
  schemas CONSTANT int := ({tables} + 99) / 100 + 1;
  relation text;
BEGIN
  FOR t IN 1 .. {tables} LOOP
    CONTINUE WHEN t % 10 <> 4;
    relation := format('s%s.t%s', 1 + t % schemas, t);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    IF t % 3 = 0 THEN
      EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
    END IF;
    FOR other IN 0 .. 1 LOOP
      EXECUTE format('CREATE POLICY p%s ON %s FOR SELECT TO g%s USING (agency = %L)', other, relation,
                     1 + floor(random() * groups)::int, 'a' || other);
    END LOOP;
    IF t % 40 = 4 THEN
      EXECUTE format('CREATE POLICY everyone ON %s FOR SELECT TO PUBLIC USING (true)', relation);
    END IF;
    IF t % 200 = 194 THEN
      COMMIT;
    END IF;
  END LOOP;
END $$
