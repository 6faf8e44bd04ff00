-- CREATEDB copies no database that is not a template, and the owner of a copy is granted nothing but what pg_database_owner is.
ALTER ROLE ice CREATEDB;
GRANT SELECT ON cpd.person TO pg_database_owner;
