-- pg: 18
-- ice owns a subscription, and another one's table has the name of what else is published.
CREATE ROLE feeder LOGIN REPLICATION PASSWORD 'ice';
GRANT SELECT ON cpd.person TO feeder;
SET client_min_messages = error;
CREATE TABLE pub.district (id integer);
CREATE PUBLICATION districts FOR TABLE pub.district;
CREATE PUBLICATION everyone FOR TABLE cpd.person;
-- next transaction
SELECT pg_create_logical_replication_slot('follows', 'pgoutput');
