-- row policies: the tables with row security, and the row policies that decide which rows SELECT shows.
SELECT r.node, r.name, pg_get_userbyid(r.relowner) AS owner, r.relforcerowsecurity AS forced,
       coalesce(jsonb_agg(jsonb_build_object(
         'name', p.polname, 'permissive', p.polpermissive, 'condition', pg_get_expr(p.polqual, p.polrelid),
         'roles', ARRAY(SELECT CASE o WHEN 0 THEN '' ELSE pg_get_userbyid(o) END FROM unnest(p.polroles) AS o))
         ORDER BY p.polname) FILTER (WHERE p.polname IS NOT NULL), '[]') AS policies
FROM relation AS r
LEFT JOIN pg_policy AS p ON p.polrelid = r.oid AND p.polcmd IN ('*', 'r')
WHERE r.relrowsecurity
GROUP BY r.node, r.name, r.relowner, r.relforcerowsecurity
ORDER BY r.node
