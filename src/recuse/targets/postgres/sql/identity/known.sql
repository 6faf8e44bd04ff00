-- known: whether this database can say where it is (its schema is of version 3 or newer), and whether it recovers.
SELECT pg_catalog.to_regprocedure('recuse.moved()') IS NOT NULL AND pg_catalog.to_regclass('recuse.identity') IS NOT NULL, pg_catalog.pg_is_in_recovery()
