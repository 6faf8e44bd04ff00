-- G38: a subscription of another database keeps a copy, under grants of its own.
CREATE ROLE feeder LOGIN REPLICATION PASSWORD 'feeder';
SET client_min_messages = error;
CREATE PUBLICATION everyone FOR TABLE cpd.person;
