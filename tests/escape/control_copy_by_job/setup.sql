-- Jobs that copy other columns, in another database, or that the account wrote for itself and may not run to any end.
CREATE SCHEMA cron;
CREATE TABLE cron.job (jobid bigint, schedule text, command text, nodename text, nodeport integer, database text, username text, active boolean, jobname text);
INSERT INTO cron.job VALUES
  (1, '0 3 * * *', 'INSERT INTO pub.nightly SELECT id, name FROM cpd.person', 'localhost', 5432, current_database(), 'owner1', true, 'nightly'),
  (2, '0 3 * * *', 'INSERT INTO pub.nightly SELECT id, ssn FROM cpd.person', 'localhost', 5432, 'elsewhere', 'owner1', true, 'there');
CREATE TABLE pub.nightly AS SELECT id AS n, name AS line FROM cpd.person;
GRANT SELECT ON pub.nightly TO ice;
CREATE TABLE pub.loot (line text);
CREATE PROCEDURE pub.loot() LANGUAGE sql AS $$ INSERT INTO pub.loot SELECT ssn FROM cpd.person $$;
ALTER TABLE pub.loot OWNER TO ice;
ALTER PROCEDURE pub.loot() OWNER TO ice;
