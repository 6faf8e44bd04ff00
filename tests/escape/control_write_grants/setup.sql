-- Privileges that change a table do not read it.
GRANT INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON cpd.person TO ice;
