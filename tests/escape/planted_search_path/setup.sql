-- An account looks into a schema where ice can make objects before it looks into the one that it means.
CREATE SCHEMA staging;
GRANT USAGE, CREATE ON SCHEMA staging TO ice;
GRANT USAGE ON SCHEMA staging TO PUBLIC;
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
ALTER ROLE app SET search_path = staging, cpd;
