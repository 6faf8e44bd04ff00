-- The default of a column calls a function that ice owns; whoever inserts runs it as itself.
CREATE FUNCTION pub.next_label() RETURNS varchar LANGUAGE sql AS $$ SELECT 'new' $$;
CREATE TABLE cpd.letter (label varchar DEFAULT pub.next_label());
ALTER TABLE cpd.letter OWNER TO owner1;
ALTER FUNCTION pub.next_label() OWNER TO ice;
GRANT CREATE ON SCHEMA pub TO ice;
CREATE FUNCTION pub.letter() RETURNS varchar LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'INSERT INTO cpd.letter DEFAULT VALUES RETURNING label';
ALTER FUNCTION pub.letter() OWNER TO owner1;
