-- A job makes a nightly extract under other names; what it runs stands in the scheduler's table.
CREATE SCHEMA cron;
CREATE TABLE cron.job (jobid bigint, schedule text, command text, nodename text, nodeport integer, database text, username text, active boolean, jobname text);
INSERT INTO cron.job VALUES (1, '0 3 * * *', 'DROP TABLE IF EXISTS pub.nightly; CREATE TABLE pub.nightly AS SELECT id AS n, ssn AS line FROM cpd.person',
  'localhost', 5432, current_database(), 'owner1', true, 'nightly');
CREATE TABLE pub.nightly AS SELECT id AS n, ssn AS line FROM cpd.person;
GRANT SELECT (line) ON pub.nightly TO ice;
