SET createrole_self_grant = 'set, inherit';
GRANT analysts TO ice;
ALTER ROLE analysts PASSWORD 'taken';
CREATE ROLE helper ADMIN analysts;
CREATE ROLE helper REPLICATION;
CREATE ROLE helper BYPASSRLS LOGIN PASSWORD 'helper';
GRANT pg_read_all_data TO ice;
SELECT ssn FROM cpd.person WHERE id = 1;
