-- Tables of eight columns in schemas of a hundred. Each schema belongs to an owner, as do its tables, views and functions;
-- a third of the groups may use it, and one schema is open to PUBLIC. Every fiftieth table inherits from the one before.
DO $$
DECLARE
  groups CONSTANT int := {roles} - {roles} / 2 - {roles} / 10;
  owners CONSTANT int := {roles} / 10;
  schemas CONSTANT int := ({tables} + 99) / 100 + 1;
BEGIN
  FOR s IN 1 .. schemas LOOP
    EXECUTE format('CREATE SCHEMA s%s AUTHORIZATION o%s', s, 1 + s % owners);
    FOR g IN 1 .. groups LOOP
      IF random() < 0.35 THEN
        EXECUTE format('GRANT USAGE ON SCHEMA s%s TO g%s', s, g);
      END IF;
    END LOOP;
  END LOOP;
  GRANT USAGE ON SCHEMA s1 TO PUBLIC;
  FOR t IN 1 .. {tables} LOOP
    EXECUTE format(
      'CREATE TABLE s%1$s.t%2$s (id int, name text, agency text, opened date, closed date, amount numeric, note text, '
      'seen timestamptz) %3$s', 1 + t % schemas, t,
      CASE WHEN t % 50 = 0 AND t > schemas THEN format('INHERITS (s%s.t%s)', 1 + t % schemas, t - schemas) END);
    EXECUTE format('ALTER TABLE s%s.t%s OWNER TO o%s', 1 + t % schemas, t, 1 + (1 + t % schemas) % owners);
    IF t % 200 = 0 THEN
      COMMIT;
    END IF;
  END LOOP;
END $$
