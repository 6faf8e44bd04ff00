-- D06: the row policies of a partitioned table are not asked when a partition is read directly.
DROP TABLE cpd.person;
CREATE TABLE cpd.person (id integer, name text, ssn text, immigration text, district integer) PARTITION BY LIST (district);
ALTER TABLE cpd.person OWNER TO owner1;
CREATE TABLE cpd.person_1 PARTITION OF cpd.person FOR VALUES IN (1);
ALTER TABLE cpd.person_1 OWNER TO owner1;
INSERT INTO cpd.person VALUES (1, 'name 1', 'SECRET-4711', 'none', 1);
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON cpd.person, cpd.person_1 TO ice;
