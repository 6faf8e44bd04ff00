-- schema and database owners: they drop what is inside, without being able to read it.
SELECT 'role:' || pg_get_userbyid(c.nspowner) AS source, 'drop:' || c.name AS target, 'ownership' AS kind,
       format('%I owns the schema of %s and can drop what is in it', pg_get_userbyid(c.nspowner), c.name) AS reason,
       ARRAY['usage:' || split_part(c.schema, ':', 2)] AS needs
FROM changed AS c WHERE c.nspowner <> c.relowner
UNION ALL
SELECT 'role:' || pg_get_userbyid(d.datdba), 'drop:' || c.name, 'ownership',
       format('%I owns the database %I and can drop it from another one', pg_get_userbyid(d.datdba), d.datname),
       '{}'
FROM changed AS c, pg_database AS d
WHERE d.datname = current_database() AND c.name = current_setting('recuse.asked')
