-- A template may be copied by anyone with CREATEDB; in the copy the grants to pg_database_owner are theirs.
ALTER ROLE ice CREATEDB;
GRANT SELECT ON cpd.person TO pg_database_owner;
UPDATE pg_database SET datistemplate = true WHERE datname = current_database();
