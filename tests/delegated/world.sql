-- A small office before any policy: a group, PUBLIC, a second grantor, a default privilege, a derived object of each kind.
CREATE SCHEMA office AUTHORIZATION office_owner;
SET ROLE office_owner;
CREATE TABLE office.person (
  id integer PRIMARY KEY, name text NOT NULL, grade bigint, remark text NOT NULL DEFAULT 'none', hidden boolean NOT NULL
);
CREATE TABLE office.letter (id serial PRIMARY KEY, body text NOT NULL UNIQUE);
CREATE VIEW office.person_list AS SELECT id, name FROM office.person;
CREATE MATERIALIZED VIEW office.person_copy AS SELECT id, name FROM office.person;
CREATE FUNCTION office.person_named(text) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS 'SELECT p.name FROM office.person p WHERE p.name LIKE $1';
INSERT INTO office.person SELECT n, 'name ' || n, n % 10, 'remark ' || n, n % 3 = 0 FROM generate_series(1, 30) n;
INSERT INTO office.letter (body) SELECT 'letter ' || n FROM generate_series(1, 5) n;
REFRESH MATERIALIZED VIEW office.person_copy;
GRANT USAGE ON SCHEMA office TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA office TO desk, readers;
GRANT ALL ON ALL SEQUENCES IN SCHEMA office TO desk;
GRANT SELECT ON office.person_list TO PUBLIC;
GRANT SELECT ON office.person TO lender WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA office GRANT SELECT ON TABLES TO readers;
RESET ROLE;
SET ROLE lender;
GRANT SELECT ON office.person TO visitor;
RESET ROLE;
GRANT readers TO visitor, night;
GRANT office_owner TO night;
ANALYZE;
