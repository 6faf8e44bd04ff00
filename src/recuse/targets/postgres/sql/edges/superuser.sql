-- superusers: a superuser reads every relation, whatever its grants and row policies say.
SELECT 'superuser:' AS source, node AS target, 'superuser' AS kind, 'a superuser reads everything' AS reason,
       CASE WHEN relkind = 'v' THEN NULL ELSE '' END AS identity
FROM relation
