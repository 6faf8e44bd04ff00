-- A base backup holds every row, whatever was revoked; any connection of a login with REPLICATION will do.
ALTER ROLE ice REPLICATION;
