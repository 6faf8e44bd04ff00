-- F05: dblink_connect_u was granted out, and the server lets an account in from itself without a secret.
CREATE EXTENSION dblink;
CREATE ROLE trusted LOGIN;
CREATE ROLE readers;
GRANT SELECT ON cpd.person TO readers;
ALTER ROLE trusted NOINHERIT;
GRANT readers TO trusted;
GRANT EXECUTE ON FUNCTION dblink_connect_u(text, text) TO ice;
