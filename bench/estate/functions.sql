-- Functions that run as their owner: three in four with a body that the catalog knows, the others in plpgsql. A group may
-- call each; every tenth known one was left to PUBLIC.
DO $$
DECLARE
  groups CONSTANT int := {roles} - {roles} / 2 - {roles} / 10;
  owners CONSTANT int := {roles} / 10;
  schemas CONSTANT int := ({tables} + 99) / 100 + 1;
  t int;
  s int;
BEGIN
  FOR f IN 1 .. {functions} LOOP
    t := 1 + (f * 5) % {tables};
    s := 1 + t % schemas;
    EXECUTE format(
      'CREATE FUNCTION s%1$s.f%2$s() RETURNS SETOF text SECURITY DEFINER SET search_path = pg_catalog '
      || CASE WHEN f % 4 = 0
              THEN 'LANGUAGE plpgsql AS $body$ BEGIN RETURN QUERY SELECT note FROM s%1$s.t%3$s; END $body$'
              ELSE 'LANGUAGE sql BEGIN ATOMIC SELECT name FROM s%1$s.t%3$s WHERE agency = ''a1''; END' END, s, f, t);
    EXECUTE format('ALTER FUNCTION s%s.f%s() OWNER TO o%s', s, f, 1 + s % owners);
    IF f % 10 <> 1 THEN
      EXECUTE format('REVOKE EXECUTE ON FUNCTION s%s.f%s() FROM PUBLIC', s, f);
      EXECUTE format('GRANT EXECUTE ON FUNCTION s%s.f%s() TO g%s', s, f, 1 + floor(random() * groups)::int);
    END IF;
    IF f % 200 = 0 THEN
      COMMIT;
    END IF;
  END LOOP;
END $$
