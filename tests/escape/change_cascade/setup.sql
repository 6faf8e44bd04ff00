-- E04: deleting a parent row deletes the rows that refer to it, which no row policy shows ice.
CREATE TABLE cpd.district (id integer PRIMARY KEY);
ALTER TABLE cpd.district OWNER TO owner1;
INSERT INTO cpd.district SELECT generate_series(0, 24);
ALTER TABLE cpd.person ADD CONSTRAINT of_district FOREIGN KEY (district) REFERENCES cpd.district ON DELETE CASCADE;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT DELETE ON cpd.district TO ice;
