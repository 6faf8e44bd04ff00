-- large objects: they have grants of their own.
SELECT count(*) || ' objects with grants of their own' FROM pg_largeobject_metadata HAVING count(*) > 0
