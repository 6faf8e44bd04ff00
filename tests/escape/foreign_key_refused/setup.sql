-- Deleting a key empties a column that may not be NULL: that is done, and its error told, with the rights of the table's owner.
DELETE FROM cpd.person WHERE id > 1;
CREATE TABLE pub.unit (district integer PRIMARY KEY);
INSERT INTO pub.unit VALUES (1);
ALTER TABLE pub.unit OWNER TO owner1;
ALTER TABLE cpd.person ALTER district SET NOT NULL, ADD FOREIGN KEY (district) REFERENCES pub.unit ON DELETE SET NULL;
GRANT DELETE ON pub.unit TO ice;
