-- texts: what stands in the catalog, where every account reads it, and may hold a password; `read` is how it is read. Of
-- views those are asked that call a function of users, dblink for one: to write a definition out takes time.
SELECT t.what, t.text, t.read
FROM (
  SELECT 'the body of ' || format('%I.%I', n.nspname, p.proname) AS what, p.prosrc AS text,
         format('SELECT prosrc FROM pg_catalog.pg_proc WHERE oid = %s', p.oid) AS read
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE p.oid >= 16384
  UNION ALL
  SELECT 'the definition of ' || r.name, pg_get_viewdef(r.oid), format('SELECT pg_catalog.pg_get_viewdef(%s)', r.oid)
  FROM relation AS r
  WHERE r.relkind IN ('v', 'm') AND EXISTS (
    SELECT FROM pg_rewrite AS w
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass
    WHERE w.ev_class = r.oid AND d.refobjid >= 16384)
  UNION ALL
  SELECT 'a rule on ' || r.name, pg_get_ruledef(w.oid), format('SELECT pg_catalog.pg_get_ruledef(%s)', w.oid)
  FROM pg_rewrite AS w JOIN relation AS r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'a default of ' || r.name, pg_get_expr(d.adbin, d.adrelid),
         format('SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef WHERE oid = %s', d.oid)
  FROM pg_attrdef AS d JOIN relation AS r ON r.oid = d.adrelid
  UNION ALL
  SELECT 'a comment', c.description,
         format('SELECT description FROM pg_catalog.pg_description WHERE objoid = %s AND classoid = %s', c.objoid, c.classoid::oid)
  FROM pg_description AS c WHERE c.objoid >= 16384
  UNION ALL
  SELECT 'a comment', c.description,
         format('SELECT description FROM pg_catalog.pg_shdescription WHERE objoid = %s AND classoid = %s', c.objoid, c.classoid::oid)
  FROM pg_shdescription AS c WHERE c.objoid >= 16384
) AS t
WHERE t.text ~* 'password|passwd|postgres(ql)?://'
ORDER BY t.what, t.read
