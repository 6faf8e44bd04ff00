-- E11, E12: pg_stats shows the statistics of columns that may be read, and no expression of others.
UPDATE cpd.person SET ssn = 'SECRET-4711' WHERE id < 50;
CREATE INDEX ON cpd.person (lower(ssn), upper(ssn));
CREATE STATISTICS cpd.both_names (mcv) ON name, ssn FROM cpd.person;
ANALYZE cpd.person;
GRANT SELECT (id, name) ON cpd.person TO ice;
