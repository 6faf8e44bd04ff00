-- texts: what stands in the catalog, where every account reads it, and may hold a password; `read` is how it is read. To write
-- a definition out takes time, so of views and stored bodies those are asked whose constants hold one of the words, in bytes.
, bytes (words) AS (  -- passw, PASSW, postgres:// and postgresql://
  SELECT '\m(112 97 115 115 119|80 65 83 83 87|112 111 115 116 103 114 101 115( 113 108)? 58 47 47) '
)
SELECT t.what, t.text, t.read
FROM (
  SELECT 'the body of ' || f.name AS what, p.prosrc AS text,
         format('SELECT prosrc FROM pg_catalog.pg_proc WHERE oid = %s', p.oid) AS read
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  CROSS JOIN LATERAL (SELECT format('%I.%I', n.nspname, p.proname)) AS f (name)
  WHERE p.oid >= 16384
  UNION ALL
  SELECT 'the settings of ' || format('%I.%I', n.nspname, p.proname), array_to_string(p.proconfig, ' '),
         format('SELECT proconfig FROM pg_catalog.pg_proc WHERE oid = %s', p.oid)
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE p.oid >= 16384 AND p.proconfig IS NOT NULL
  UNION ALL
  SELECT 'the definition of ' || format('%I.%I', n.nspname, p.proname), pg_get_functiondef(p.oid),
         format('SELECT pg_catalog.pg_get_functiondef(%s)', p.oid)
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE p.oid >= 16384 AND p.prokind <> 'a' AND concat(p.proargdefaults::text, p.prosqlbody::text) ~ (SELECT words FROM bytes)
  UNION ALL
  SELECT 'the definition of ' || r.name, pg_get_viewdef(r.oid), format('SELECT pg_catalog.pg_get_viewdef(%s)', r.oid)
  FROM relation AS r
  WHERE r.relkind IN ('v', 'm') AND EXISTS (SELECT FROM pg_rewrite AS w WHERE w.ev_class = r.oid AND w.ev_action::text ~ (SELECT words FROM bytes))
  UNION ALL
  SELECT 'a rule on ' || r.name, pg_get_ruledef(w.oid), format('SELECT pg_catalog.pg_get_ruledef(%s)', w.oid)
  FROM pg_rewrite AS w JOIN relation AS r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'a default of ' || r.name, pg_get_expr(d.adbin, d.adrelid),
         format('SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef WHERE oid = %s', d.oid)
  FROM pg_attrdef AS d JOIN relation AS r ON r.oid = d.adrelid
  UNION ALL
  SELECT 'the type ' || format_type(t.oid, NULL), t.typdefault,
         format('SELECT typdefault FROM pg_catalog.pg_type WHERE oid = %s', t.oid)
  FROM pg_type AS t WHERE t.oid >= 16384 AND t.typdefault IS NOT NULL
  UNION ALL
  SELECT format('the constraint %I', k.conname), pg_get_constraintdef(k.oid), format('SELECT pg_catalog.pg_get_constraintdef(%s)', k.oid)
  FROM pg_constraint AS k WHERE k.conbin::text ~ (SELECT words FROM bytes)
  UNION ALL
  SELECT 'a row policy of ' || r.name, concat_ws(' ', pg_get_expr(p.polqual, r.oid), pg_get_expr(p.polwithcheck, r.oid)),
         format('SELECT pg_catalog.pg_get_expr(polqual, polrelid) FROM pg_catalog.pg_policy WHERE oid = %s', p.oid)
  FROM pg_policy AS p JOIN relation AS r ON r.oid = p.polrelid
  UNION ALL
  SELECT format('the trigger %I on %s', g.tgname, r.name), pg_get_triggerdef(g.oid), format('SELECT pg_catalog.pg_get_triggerdef(%s)', g.oid)
  FROM pg_trigger AS g JOIN relation AS r ON r.oid = g.tgrelid
  WHERE NOT g.tgisinternal AND (g.tgnargs > 0 OR g.tgqual::text ~ (SELECT words FROM bytes))
  UNION ALL
  SELECT 'the index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), format('SELECT pg_catalog.pg_get_indexdef(%s)', i.indexrelid)
  FROM pg_index AS i WHERE concat(i.indexprs::text, i.indpred::text) ~ (SELECT words FROM bytes)
  UNION ALL
  SELECT o.what, (SELECT string_agg(format('%s=%L', e.option_name, e.option_value), ' ') FROM pg_options_to_table(o.options) AS e),
         format('SELECT %I FROM pg_catalog.%I WHERE %I = %s', o.field, o.catalog, o.key, o.oid)
  FROM (
    SELECT format('the foreign server %I', srvname) AS what, srvoptions AS options, 'srvoptions' AS field, 'pg_foreign_server' AS catalog,
           'oid' AS key, oid
    FROM pg_foreign_server
    UNION ALL
    SELECT format('the foreign data wrapper %I', fdwname), fdwoptions, 'fdwoptions', 'pg_foreign_data_wrapper', 'oid', oid
    FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'the foreign table ' || ftrelid::regclass, ftoptions, 'ftoptions', 'pg_foreign_table', 'ftrelid', ftrelid FROM pg_foreign_table
    UNION ALL
    SELECT 'a column of ' || attrelid::regclass, attfdwoptions, 'attfdwoptions', 'pg_attribute', 'attrelid', attrelid
    FROM pg_attribute WHERE attfdwoptions IS NOT NULL
  ) AS o
  UNION ALL
  SELECT concat_ws(' in ', format('the settings of %s', coalesce(quote_ident(r.rolname), 'every login')), quote_ident(d.datname)),
         array_to_string(s.setconfig, ' '),
         format('SELECT setconfig FROM pg_catalog.pg_db_role_setting WHERE setrole = %s AND setdatabase = %s', s.setrole, s.setdatabase)
  FROM pg_db_role_setting AS s LEFT JOIN role AS r ON r.oid = s.setrole LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
  UNION ALL
  SELECT 'the setting ' || s.name, s.setting, format('SELECT current_setting(%L)', s.name)
  FROM pg_settings AS s WHERE s.name LIKE '%.%' AND s.source <> 'session'
  UNION ALL
  SELECT 'a comment', c.description,
         format('SELECT description FROM pg_catalog.pg_description WHERE objoid = %s AND classoid = %s', c.objoid, c.classoid::oid)
  FROM pg_description AS c WHERE c.objoid >= 16384
  UNION ALL
  SELECT 'a comment', c.description,
         format('SELECT description FROM pg_catalog.pg_shdescription WHERE objoid = %s AND classoid = %s', c.objoid, c.classoid::oid)
  FROM pg_shdescription AS c WHERE c.objoid >= 16384
  UNION ALL
  SELECT 'a label', l.label, format('SELECT label FROM pg_catalog.pg_seclabels WHERE objoid = %s AND provider = %L', l.objoid, l.provider)
  FROM pg_seclabels AS l
) AS t
WHERE t.text ~* 'password|passwd|postgres(ql)?://'
ORDER BY t.what, t.read
