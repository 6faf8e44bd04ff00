-- A view over pg_statistic: the most common values, without a right on the table.
UPDATE cpd.person SET ssn = 'SECRET-4711' WHERE id < 50;
ANALYZE cpd.person;
CREATE VIEW pub.common AS SELECT string_agg(stavalues1::text, ' ') AS line FROM pg_catalog.pg_statistic;
GRANT SELECT ON pub.common TO ice;
