-- creating: where an account can make a table of its own, which REFERENCES is of no use without.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source, 'creates:' AS target,
       'grant CREATE' AS kind, format('CREATE on schema %I', n.nspname) AS reason,
       format('SET search_path = %I', n.nspname) AS attempt
FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
WHERE a.privilege_type = 'CREATE' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
UNION ALL
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END, 'creates:',
       'grant CREATE', format('CREATE on the database %I', d.datname), 'CREATE SCHEMA recuse_reach; SET search_path = recuse_reach'
FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
WHERE a.privilege_type = 'CREATE' AND d.datname = current_database()
UNION ALL
SELECT 'superuser:', 'creates:', 'superuser', 'a superuser may use every schema',
       'CREATE SCHEMA recuse_reach; SET search_path = recuse_reach'
