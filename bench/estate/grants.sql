-- Each table is granted to one to three groups, every tenth for writing too, every thirtieth to a login; in every
-- twentieth two columns go to a group of their own, and every fiftieth table is open to PUBLIC.
DO $$
DECLARE
  groups CONSTANT int := {roles} - {roles} / 2 - {roles} / 10;
  owners CONSTANT int := {roles} / 10;
  schemas CONSTANT int := ({tables} + 99) / 100 + 1;
  relation text;
BEGIN
  FOR t IN 1 .. {tables} LOOP
    relation := format('s%s.t%s', 1 + t % schemas, t);
    FOR other IN 0 .. t % 3 LOOP
      EXECUTE format('GRANT SELECT%s ON %s TO g%s', CASE WHEN t % 10 = 0 THEN ', INSERT, UPDATE, DELETE' END, relation,
                     1 + floor(random() * groups)::int);
    END LOOP;
    IF t % 20 = 0 THEN
      EXECUTE format('GRANT SELECT (id, agency) ON %s TO g%s', relation, 1 + floor(random() * groups)::int);
    END IF;
    IF t % 30 = 0 THEN
      EXECUTE format('GRANT SELECT ON %s TO u%s', relation, 1 + floor(random() * ({roles} / 2))::int);
    END IF;
    IF t % 50 = 0 THEN
      EXECUTE format('GRANT SELECT ON %s TO PUBLIC', relation);
    END IF;
    IF t % 200 = 0 THEN
      COMMIT;
    END IF;
  END LOOP;
  FOR s IN 1 .. schemas BY 3 LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE o%s IN SCHEMA s%s GRANT SELECT ON TABLES TO g%s',
                   1 + s % owners, s, 1 + floor(random() * groups)::int);
  END LOOP;
END $$
