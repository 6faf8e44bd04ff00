-- The world of every case: one table with a secret row, its owner, and the login `ice`, which has been cut off.
CREATE ROLE owner1;
CREATE ROLE ice LOGIN PASSWORD 'ice';
CREATE SCHEMA cpd AUTHORIZATION owner1;
CREATE SCHEMA pub;
GRANT USAGE ON SCHEMA cpd, pub TO PUBLIC;
SET ROLE owner1;
CREATE TABLE cpd.person (id integer, name text, ssn text, immigration text, district integer);
INSERT INTO cpd.person
SELECT n, 'name ' || n, CASE n WHEN 1 THEN 'SECRET-4711' ELSE 'number ' || n END, 'none', n % 25
FROM generate_series(1, 100) AS n;
RESET ROLE;
