-- Who may read which district, as rows: for the ways that look it up.
CREATE SCHEMA access AUTHORIZATION register_owner;
SET ROLE register_owner;
CREATE TABLE access.member (member_id bigint PRIMARY KEY, login name NOT NULL UNIQUE);
CREATE TABLE access.district (code text PRIMARY KEY);
CREATE TABLE access.assignment (
  member_id bigint NOT NULL REFERENCES access.member,
  district text NOT NULL REFERENCES access.district,
  valid_until timestamptz NOT NULL,
  PRIMARY KEY (member_id, district)
);
CREATE INDEX ON access.assignment (district);
INSERT INTO access.member SELECT n, CASE n WHEN 1 THEN 'permits_table' WHEN 2 THEN 'row_function' ELSE 'member_' || n END
FROM generate_series(1, 100) n;
INSERT INTO access.district SELECT 'd' || lpad(n::text, 2, '0') FROM generate_series(1, 25) n;
INSERT INTO access.assignment
SELECT m.member_id, 'd' || lpad(n::text, 2, '0'), 'infinity' FROM access.member m, generate_series(1, 23, 2) n;
RESET ROLE;
ANALYZE access.member, access.district, access.assignment;
