-- Half of the roles log in, a tenth own the objects, the others are groups. Groups stand in trees of three branches and, for
-- the last third, in chains of five. Every seventh group and every ninth login inherits nothing: it takes SET ROLE. A third
-- of the owners has an administrator.
DO $$
DECLARE
  logins CONSTANT int := {roles} / 2;
  owners CONSTANT int := {roles} / 10;
  groups CONSTANT int := {roles} - logins - owners;
BEGIN
  FOR n IN 1 .. logins LOOP
    EXECUTE format('CREATE ROLE u%s LOGIN %s', n, CASE WHEN n % 9 = 0 THEN 'NOINHERIT' ELSE 'INHERIT' END);
  END LOOP;
  FOR n IN 1 .. owners LOOP
    EXECUTE format('CREATE ROLE o%s', n);
    IF n % 3 = 0 THEN
      EXECUTE format('GRANT o%s TO u%s', n, n);
    END IF;
  END LOOP;
  FOR n IN 1 .. groups LOOP
    EXECUTE format('CREATE ROLE g%s %s', n, CASE WHEN n % 7 = 0 THEN 'NOINHERIT' ELSE 'INHERIT' END);
    IF n > groups * 2 / 3 AND n % 5 <> 0 THEN
      EXECUTE format('GRANT g%s TO g%s', n - 1, n);
    ELSIF n > 3 AND n <= groups * 2 / 3 THEN
      EXECUTE format('GRANT g%s TO g%s', n / 3, n);
    END IF;
  END LOOP;
  FOR n IN 1 .. logins LOOP
    FOR other IN 0 .. n % 3 LOOP
      EXECUTE format('GRANT g%s TO u%s', 1 + floor(random() * groups)::int, n);
    END LOOP;
  END LOOP;
  GRANT pg_read_all_data TO u1;
  ALTER ROLE u2 BYPASSRLS;
  GRANT g1 TO u3 WITH ADMIN OPTION;
END $$
