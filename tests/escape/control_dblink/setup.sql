-- The same without the grant: dblink_connect asks a secret of whoever is no superuser.
CREATE EXTENSION dblink;
CREATE ROLE trusted LOGIN;
CREATE ROLE readers;
GRANT SELECT ON cpd.person TO readers;
ALTER ROLE trusted NOINHERIT;
GRANT readers TO trusted;
