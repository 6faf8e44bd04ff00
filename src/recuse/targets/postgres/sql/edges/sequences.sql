-- sequences: whoever reads the last number of a table's sequence learns how many rows were ever made, also those that are hidden.
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source, 'sequences:' AS target,
       'sequence' AS kind, format('%I.%I numbers the rows of %s', n.nspname, s.relname, min(d.refobjid::regclass::text)) AS reason,
       format('SELECT last_value FROM %I.%I', n.nspname, s.relname) AS attempt, ARRAY['schema:' || quote_ident(n.nspname)] AS needs
FROM pg_class AS s
JOIN pg_namespace AS n ON n.oid = s.relnamespace
JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass
  AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
CROSS JOIN aclexplode(s.relacl) AS a
WHERE s.relkind = 'S' AND a.privilege_type IN ('SELECT', 'USAGE') AND a.grantee <> s.relowner
GROUP BY a.grantee, n.nspname, s.relname
