-- Extended statistics hold the most common combinations of values, of a table whose rows ice may not see.
UPDATE cpd.person SET ssn = 'SECRET-4711', name = 'one' WHERE id < 50;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE STATISTICS cpd.both_names (mcv) ON name, ssn FROM cpd.person;
ANALYZE cpd.person;
GRANT SELECT ON pg_statistic_ext_data TO ice;
