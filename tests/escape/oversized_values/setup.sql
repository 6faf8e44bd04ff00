-- pg_read_all_data reads the side table of a table whose rows it may not see.
ALTER TABLE cpd.person ALTER ssn SET STORAGE EXTERNAL, ENABLE ROW LEVEL SECURITY;
UPDATE cpd.person SET ssn = repeat('SECRET-4711 ', 400) WHERE id = 1;
GRANT pg_read_all_data TO ice;
