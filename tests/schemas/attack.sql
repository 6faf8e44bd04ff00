-- The attacker of tests/schemas, who only tries. It runs inside the server, because it tries a hundred thousand statements a
-- schema, and with the rights of whoever calls it: a login that has really connected. It knows nothing of catalogs or edges.
CREATE SCHEMA attack;
GRANT USAGE ON SCHEMA attack TO PUBLIC;

-- One statement as one role, alone: what it showed, or the code with which it was refused. What succeeds stays done.
CREATE FUNCTION attack.attempt(who text, statement text, OUT refused text, OUT shown text[]) LANGUAGE plpgsql AS $$
BEGIN
  IF who = session_user THEN RESET ROLE; ELSE EXECUTE format('SET ROLE %I', who); END IF;
  IF statement ~ '^(SELECT|EXECUTE)' THEN EXECUTE statement INTO shown; ELSE EXECUTE statement; END IF;
EXCEPTION WHEN OTHERS THEN
  refused := SQLSTATE;
END $$;

-- Every role that the session can become, by SET ROLE or by granting it to itself as whoever it is already.
CREATE FUNCTION attack.become(roles text[]) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  identities text[] := ARRAY[session_user::text];
  options text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH SET TRUE' ELSE '' END;
  role text;
  who text;
  before int := 0;
BEGIN
  WHILE before < cardinality(identities) LOOP
    before := cardinality(identities);
    FOREACH role IN ARRAY roles LOOP
      CONTINUE WHEN role = ANY (identities);
      FOREACH who IN ARRAY identities LOOP
        PERFORM attack.attempt(who, format('GRANT %I TO SESSION_USER%s', role, options));
      END LOOP;
      IF (attack.attempt(role, 'SELECT NULL')).refused IS NULL THEN identities := identities || role; END IF;
    END LOOP;
  END LOOP;
  RETURN identities;
END $$;

-- A query prepared as the first role that can name what it names, and executed as each until one is shown rows; refused only
-- if every one of them was.
CREATE FUNCTION attack.read(identities text[], query text, OUT shown text[], OUT refused text)
LANGUAGE plpgsql AS $$
DECLARE
  who text;
  tried record;
BEGIN
  FOREACH who IN ARRAY identities LOOP
    refused := (attack.attempt(who, 'PREPARE attempt AS ' || query)).refused;
    EXIT WHEN refused IS NULL;
  END LOOP;
  IF refused IS NOT NULL THEN RETURN; END IF;
  refused := 'nobody';
  FOREACH who IN ARRAY identities LOOP
    tried := attack.attempt(who, 'EXECUTE attempt');
    IF refused IS NOT NULL OR tried.shown IS NOT NULL THEN refused := tried.refused; END IF;
    shown := tried.shown;
    EXIT WHEN shown IS NOT NULL;
  END LOOP;
  DEALLOCATE attempt;
END $$;

-- What an owner can do for itself, or a holder of a grant option for everyone; how many statements were not refused.
CREATE FUNCTION attack.help(identities text[], schemas text[], relations text[]) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FILTER (WHERE tried.refused IS NULL)
  FROM unnest(identities) AS who, (
    SELECT 0, format('GRANT USAGE ON SCHEMA %s TO PUBLIC', s) FROM unnest(schemas) AS s
    UNION ALL SELECT 1, format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', r) FROM unnest(relations) AS r
    UNION ALL SELECT 2, format('GRANT SELECT ON %s TO PUBLIC', r) FROM unnest(relations) AS r
  ) AS help (turn, statement), attack.attempt(who, statement) AS tried
$$;

-- Everything: each column of each relation by its name, directly and as every role, before and after helping itself; each
-- function; and the statistics. `columns` holds pairs of a relation's quoted name and a column's.
CREATE FUNCTION attack.loot(roles text[], schemas text[], relations text[], columns text[], functions text[])
RETURNS TABLE (way text, relation text, name text, shown text[], refused text) LANGUAGE plpgsql AS $$
DECLARE
  identities text[];
  query text;
  which text[];
  found text[] := '{}';
BEGIN
  SET LOCAL search_path = ''; -- or each role's own path makes it prepare anew
  FOR turn IN 0..2 LOOP
    IF turn = 1 THEN identities := attack.become(roles); END IF;
    EXIT WHEN turn = 2 AND attack.help(identities, schemas, relations) = 0;
    FOREACH which SLICE 1 IN ARRAY columns LOOP
      relation := which[1];
      name := which[2];
      CONTINUE WHEN relation || '.' || name = ANY (found);
      query := format('SELECT array_agg(x) FROM (SELECT %I::text AS x FROM %s LIMIT 3) AS few', name, relation);
      IF turn = 0 THEN
        SELECT t.shown, t.refused INTO shown, refused FROM attack.attempt(session_user, query) AS t;
      ELSE
        SELECT t.shown, t.refused INTO shown, refused FROM attack.read(identities, query) AS t;
      END IF;
      way := (ARRAY['direct', 'role', 'helped'])[turn + 1];
      IF shown IS NOT NULL THEN found := found || (relation || '.' || name); END IF;
      RETURN NEXT;
    END LOOP;
  END LOOP;
  name := NULL;
  FOREACH relation IN ARRAY functions LOOP
    query := format('SELECT array_agg(x::text) FROM %s AS x', relation);
    SELECT 'function', t.shown, t.refused INTO way, shown, refused FROM attack.read(identities, query) AS t;
    RETURN NEXT;
  END LOOP;
  FOREACH relation IN ARRAY identities LOOP
    query := 'SELECT array_agg(starelid || ''.'' || staattnum) FROM pg_catalog.pg_statistic'
      || ' WHERE coalesce(stavalues1::text, stavalues2::text, stavalues3::text) IS NOT NULL';
    SELECT 'statistics', t.shown, t.refused INTO way, shown, refused FROM attack.attempt(relation, query) AS t;
    RETURN NEXT;
  END LOOP;
  RESET ROLE;
END $$;
