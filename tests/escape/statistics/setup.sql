-- A16: pg_read_all_data reads the most common values of a table whose rows it may not see.
UPDATE cpd.person SET ssn = 'SECRET-4711' WHERE id < 50;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
ANALYZE cpd.person;
GRANT pg_read_all_data TO ice;
