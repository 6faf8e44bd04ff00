-- Columns of pg_statistic that hold no values.
UPDATE cpd.person SET ssn = 'SECRET-4711' WHERE id < 50;
ANALYZE cpd.person;
GRANT SELECT (starelid, stadistinct, stanumbers1) ON pg_catalog.pg_statistic TO ice;
