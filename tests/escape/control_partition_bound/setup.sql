-- Partitions by ranges of another column and by a hash of this one.
CREATE TABLE cpd.parted (LIKE cpd.person) PARTITION BY HASH (ssn);
CREATE TABLE cpd.one PARTITION OF cpd.parted FOR VALUES WITH (MODULUS 2, REMAINDER 0) PARTITION BY LIST (district);
CREATE TABLE cpd.three PARTITION OF cpd.one DEFAULT;
CREATE TABLE cpd.two PARTITION OF cpd.parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO cpd.parted SELECT * FROM cpd.person;
DROP TABLE cpd.person;
ALTER TABLE cpd.parted RENAME TO person;
ALTER TABLE cpd.person OWNER TO owner1;
