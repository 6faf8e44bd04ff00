-- A materialized view calls a function that nobody else may call: it ran as the owner of the view, and what it gave stays.
CREATE FUNCTION cpd.numbers() RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT ssn FROM cpd.person; END $$;
REVOKE EXECUTE ON FUNCTION cpd.numbers() FROM PUBLIC;
CREATE MATERIALIZED VIEW pub.report AS SELECT n AS line FROM cpd.numbers() AS n;
GRANT SELECT ON pub.report TO ice;
