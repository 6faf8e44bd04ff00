-- Synthetic records for the two applications: a file of SQLite.
CREATE TABLE arrest (
  id integer PRIMARY KEY, sealed boolean NOT NULL, juvenile boolean, charge text NOT NULL, district text NOT NULL
);
INSERT INTO arrest (id, sealed, juvenile, charge, district) VALUES
  (1, false, false, 'trespass', '4'),
  (2, true, false, 'theft', '4'),
  (3, false, true, 'mischief', '7'),
  (4, false, NULL, 'forgery', '7');
