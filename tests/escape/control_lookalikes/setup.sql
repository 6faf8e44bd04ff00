-- Tables that share columns and hold no copy: lists, other people, children, and a copy whose rows are hidden.
CREATE TABLE pub.district (id integer PRIMARY KEY, name text);
CREATE TABLE pub.staff (id integer, name text, phone text, district integer);
CREATE TABLE pub.payroll (id integer, ssn text, salary numeric, hired date, bank_account text);
CREATE TABLE pub.statuses (immigration text PRIMARY KEY, name text);
CREATE TABLE pub.patrol (id integer, district integer);
ALTER TABLE cpd.person ADD PRIMARY KEY (id);
CREATE TABLE pub.visit (id integer, person_id integer REFERENCES cpd.person, district integer, visited_on date);
CREATE TABLE pub.person_audit (audit_id integer, id integer REFERENCES cpd.person, changed_at timestamptz, changed_by text);
CREATE TABLE pub.hidden AS SELECT * FROM cpd.person;
ALTER TABLE pub.hidden ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON ALL TABLES IN SCHEMA pub TO ice;
