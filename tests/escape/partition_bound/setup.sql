-- A partition for one value of the column: its bound is in the catalog, where everyone reads it.
CREATE TABLE cpd.parted (LIKE cpd.person) PARTITION BY LIST (ssn);
CREATE TABLE cpd.one PARTITION OF cpd.parted FOR VALUES IN ('SECRET-4711');
CREATE TABLE cpd.rest PARTITION OF cpd.parted DEFAULT;
INSERT INTO cpd.parted SELECT * FROM cpd.person;
DROP TABLE cpd.person;
ALTER TABLE cpd.parted RENAME TO person;
ALTER TABLE cpd.person OWNER TO owner1;
