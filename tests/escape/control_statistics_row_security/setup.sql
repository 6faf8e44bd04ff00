-- E10: pg_stats shows nothing of a table whose row policies bind the reader.
UPDATE cpd.person SET ssn = 'SECRET-4711' WHERE id < 50;
CREATE STATISTICS cpd.both_names (mcv) ON name, ssn FROM cpd.person;
ANALYZE cpd.person;
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
