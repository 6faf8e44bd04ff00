-- whereabouts: why the gates are shut here, in a word, how far this database has followed the ledger, and whether it recovers.
SELECT recuse.moved(), (SELECT i.ledger_index FROM recuse.identity i), pg_catalog.pg_is_in_recovery()
