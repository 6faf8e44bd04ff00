-- Privileges that change a table do not read it.
GRANT INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES ON cpd.person TO ice;
