-- A key that changes is changed in the rows that refer to it, where a CHECK refuses it and quotes the row.
DELETE FROM cpd.person WHERE id > 1;
CREATE TABLE pub.unit (district integer PRIMARY KEY);
INSERT INTO pub.unit VALUES (1);
ALTER TABLE pub.unit OWNER TO owner1;
ALTER TABLE cpd.person ADD CHECK (district > 0), ADD FOREIGN KEY (district) REFERENCES pub.unit ON UPDATE CASCADE;
GRANT UPDATE (district) ON pub.unit TO ice;
