-- A small hostile world: every table holds rows that the policy hides, and columns that it closes. What may not be learned
-- is marked SECRET or is a number of nine digits; the test works the full list out of the rows themselves.
CREATE ROLE lab_owner NOLOGIN;
CREATE ROLE readers NOLOGIN;
CREATE SCHEMA lab AUTHORIZATION lab_owner;
SET ROLE lab_owner;

CREATE DOMAIN lab.badge AS text CHECK (VALUE ~ '^[A-Z0-9-]+$');

CREATE TABLE lab.ward (
  id integer PRIMARY KEY,
  name text NOT NULL,
  hidden boolean NOT NULL DEFAULT false
);
CREATE TABLE lab.person (
  id integer PRIMARY KEY,
  badge lab.badge UNIQUE,
  name text NOT NULL,
  level integer NOT NULL DEFAULT 1 CONSTRAINT level_in_range CHECK (level BETWEEN 0 AND 9),
  ward_id integer REFERENCES lab.ward,
  shout text GENERATED ALWAYS AS (upper(name)) STORED,
  remark text NOT NULL DEFAULT 'none',
  remark_length integer GENERATED ALWAYS AS (length(remark)) STORED,
  hidden boolean NOT NULL DEFAULT false
);
-- What refers to a holder is changed with it: rows of these tables can be hidden while their holder is not.
CREATE TABLE lab.holder (id integer PRIMARY KEY, name text NOT NULL, hidden boolean NOT NULL DEFAULT false);
CREATE TABLE lab.visit (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  holder_id integer NOT NULL REFERENCES lab.holder ON DELETE CASCADE ON UPDATE CASCADE,
  body text NOT NULL,
  hidden boolean NOT NULL DEFAULT false
);
CREATE TABLE lab.note (
  id serial PRIMARY KEY,
  holder_id integer REFERENCES lab.holder ON DELETE SET NULL,
  body text NOT NULL,
  hidden boolean NOT NULL DEFAULT false
);
CREATE TABLE lab.loan (
  id integer PRIMARY KEY,
  holder_id integer DEFAULT 0 REFERENCES lab.holder ON DELETE SET DEFAULT,
  body text NOT NULL,
  hidden boolean NOT NULL DEFAULT false
);
CREATE TABLE lab.claim (
  id integer PRIMARY KEY,
  holder_id integer NOT NULL REFERENCES lab.holder,
  body text NOT NULL,
  hidden boolean NOT NULL DEFAULT false
);
CREATE TABLE lab.booking (
  id integer PRIMARY KEY,
  during int4range NOT NULL,
  body text NOT NULL,
  hidden boolean NOT NULL DEFAULT false,
  CONSTRAINT one_at_a_time EXCLUDE USING gist (during WITH &&)
);
CREATE TABLE lab.event (
  id integer NOT NULL,
  kind text NOT NULL,
  body text NOT NULL,
  hidden boolean NOT NULL DEFAULT false,
  PRIMARY KEY (id, kind),
  CONSTRAINT body_is_short CHECK (length(body) < 100)
) PARTITION BY LIST (kind);
CREATE TABLE lab.event_a PARTITION OF lab.event FOR VALUES IN ('a');
CREATE TABLE lab.event_b PARTITION OF lab.event FOR VALUES IN ('b');
CREATE TABLE lab.event_c PARTITION OF lab.event FOR VALUES IN ('c') PARTITION BY RANGE (id);
CREATE TABLE lab.event_c1 PARTITION OF lab.event_c FOR VALUES FROM (0) TO (2000000000);
CREATE TABLE lab.asset (id integer PRIMARY KEY, body text NOT NULL, remark text NOT NULL, hidden boolean NOT NULL DEFAULT false);
CREATE TABLE lab.vehicle (plate text NOT NULL, PRIMARY KEY (id)) INHERITS (lab.asset);
CREATE TABLE lab.vessel () INHERITS (lab.asset);
CREATE TABLE lab.undecided (id integer PRIMARY KEY, body text NOT NULL, grade integer, cleared boolean);
CREATE TABLE lab.letter (id serial PRIMARY KEY, body text NOT NULL UNIQUE);
CREATE TABLE lab.closed (id integer PRIMARY KEY, body text NOT NULL);

-- What stood open before: table grants, PUBLIC, a group, and objects that read with their owner's rights.
GRANT USAGE ON SCHEMA lab TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA lab TO desk, readers;
GRANT ALL ON ALL SEQUENCES IN SCHEMA lab TO desk;
GRANT SELECT ON ALL TABLES IN SCHEMA lab TO PUBLIC;
CREATE VIEW lab.person_list AS SELECT id, badge, name FROM lab.person;
CREATE VIEW lab.person_own WITH (security_invoker = true) AS SELECT id, name FROM lab.person;
CREATE MATERIALIZED VIEW lab.person_copy AS SELECT id, name FROM lab.person;
CREATE FUNCTION lab.person_named(text) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS 'SELECT p.name FROM lab.person p WHERE p.name LIKE $1';
CREATE VIEW lab.everything AS SELECT * FROM lab.person;
CREATE FUNCTION lab.remark_of(integer) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS 'SELECT p.remark FROM lab.person p WHERE p.id = $1';
CREATE FUNCTION lab.known(text) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS
  'DECLARE one integer; BEGIN SELECT 1 INTO STRICT one FROM lab.person p WHERE p.name = $1; END';
GRANT SELECT ON lab.person_list, lab.person_own, lab.person_copy, lab.everything TO desk, readers, PUBLIC;
RESET ROLE;
