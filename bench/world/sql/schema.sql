-- The benchmark's database: a synthetic register of arrests, and the persons they name. All of it is invented.
CREATE ROLE register_owner NOLOGIN;
CREATE SCHEMA register AUTHORIZATION register_owner;
SET ROLE register_owner;
CREATE TABLE register.person (
  person_id integer NOT NULL,
  family_name text NOT NULL,
  birth_year integer NOT NULL,
  is_protected boolean NOT NULL
);
CREATE TABLE register.arrest (
  arrest_id bigint NOT NULL,
  person_id integer NOT NULL,
  arrested_on date NOT NULL,
  district text NOT NULL,
  fine_cents bigint NOT NULL,
  is_sealed boolean NOT NULL,
  is_juvenile boolean NOT NULL,
  note text NOT NULL
);
RESET ROLE;
