-- A grant on one column changes it without reading it, in a role that ice may become.
CREATE ROLE clerk;
ALTER ROLE ice NOINHERIT;
GRANT clerk TO ice;
GRANT UPDATE (ssn) ON cpd.person TO clerk;
