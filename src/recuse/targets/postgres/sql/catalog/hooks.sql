-- hooks: functions of users that run without being named: what makes them run (`source`), on which relation, and how they are
-- called there; a view has edges of its own, so no source. Casts, operators and domains need no relation; support functions of operator classes need no EXECUTE.
SELECT h.source, h.relation, h.action, h.title, h.function::int8 AS function, h.asked, h.attempt
FROM (
  SELECT e.event || ':' || r.name AS source, r.oid AS relation, e.event AS action,
         'the default of a column of ' || r.name AS title, d.refobjid AS function, true AS asked,
         format('INSERT INTO %s DEFAULT VALUES RETURNING *', r.name) AS attempt
  FROM pg_depend AS d JOIN pg_attrdef AS a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
  JOIN relation AS r ON r.oid = a.adrelid, unnest(ARRAY['insert', 'update']) AS e (event)
  WHERE d.refclassid = 'pg_proc'::regclass
  UNION
  SELECT e.event || ':' || r.name, r.oid, e.event, format('the constraint %I of %s', k.conname, r.name), d.refobjid, true,
         format('INSERT INTO %s DEFAULT VALUES', r.name)
  FROM pg_depend AS d JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid AND k.contype = 'c'
  JOIN relation AS r ON r.oid = k.conrelid, unnest(ARRAY['insert', 'update']) AS e (event)
  WHERE d.refclassid = 'pg_proc'::regclass
  UNION
  SELECT e.event || ':' || r.name, r.oid, e.event, format('the index %s', i.indexrelid::regclass), d.refobjid, true,
         format('INSERT INTO %s DEFAULT VALUES', r.name)
  FROM pg_depend AS d JOIN pg_index AS i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
  JOIN relation AS r ON r.oid = i.indrelid, unnest(ARRAY['insert', 'update']) AS e (event)
  WHERE d.refclassid = 'pg_proc'::regclass
  UNION
  SELECT CASE e.event WHEN 'select' THEN r.node ELSE e.event || ':' || r.name END, r.oid, e.event,
         format('the row policy %I of %s', p.polname, r.name), d.refobjid, true, NULL
  FROM pg_depend AS d JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
  JOIN relation AS r ON r.oid = p.polrelid, unnest(ARRAY['select', 'insert', 'update', 'delete']) AS e (event)
  WHERE d.refclassid = 'pg_proc'::regclass
  UNION
  SELECT NULL, r.oid, 'select', 'the view ' || r.name, d.refobjid, true, NULL
  FROM pg_depend AS d JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid AND w.ev_type = '1'
  JOIN relation AS r ON r.oid = w.ev_class AND r.relkind = 'v'
  WHERE d.refclassid = 'pg_proc'::regclass
  UNION
  SELECT 'public:', 0, '', format('the cast from %s to %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
         c.castfunc, true, format('SELECT CAST(NULL::%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))
  FROM pg_cast AS c
  UNION
  SELECT 'public:', 0, '', 'the operator ' || o.oid::regoperator, o.oprcode, true,
         format('SELECT %s OPERATOR(%I.%s) NULL::%s', 'NULL::' || format_type(nullif(o.oprleft, 0), NULL), n.nspname, o.oprname,
                format_type(o.oprright, NULL))
  FROM pg_operator AS o JOIN pg_namespace AS n ON n.oid = o.oprnamespace
  UNION
  SELECT 'public:', 0, '', 'the domain ' || format_type(k.contypid, NULL), d.refobjid, true,
         'SELECT NULL::' || format_type(k.contypid, NULL)
  FROM pg_depend AS d JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  WHERE d.refclassid = 'pg_proc'::regclass AND k.contypid <> 0
  UNION
  SELECT 'public:', 0, '', 'the default of the type ' || format_type(t.oid, NULL), d.refobjid, true, NULL
  FROM pg_depend AS d JOIN pg_type AS t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid AND t.typtype = 'd'
  WHERE d.refclassid = 'pg_proc'::regclass
  UNION
  SELECT e.event || ':' || r.name, r.oid, e.event, format('the condition of the trigger %I on %s', t.tgname, r.name), d.refobjid, true, NULL
  FROM pg_depend AS d JOIN pg_trigger AS t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid AND t.tgfoid <> d.refobjid
  JOIN relation AS r ON r.oid = t.tgrelid
  JOIN (VALUES (4, 'insert'), (8, 'delete'), (16, 'update')) AS e (bit, event) ON t.tgtype & e.bit <> 0
  WHERE d.refclassid = 'pg_proc'::regclass AND t.tgenabled IN ('O', 'A')
  UNION
  SELECT 'function:' || f.name, 0, '', 'the function ' || f.name, d.refobjid, true,
         CASE WHEN p.pronargs = p.pronargdefaults THEN format('SELECT %I.%I()', n.nspname, p.proname) END
  FROM pg_depend AS d JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid AND p.prokind <> 'a'
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
  CROSS JOIN LATERAL (SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))) AS f (name)
  WHERE d.refclassid = 'pg_proc'::regclass AND NOT (p.prosecdef AND p.prosqlbody IS NOT NULL)
  UNION
  SELECT 'public:', 0, '', 'an operator class', m.amproc::oid, false, NULL FROM pg_amproc AS m
  UNION
  SELECT 'public:', 0, '', 'the range type ' || format_type(g.rngtypid, NULL), f.oid, false, NULL
  FROM pg_range AS g, unnest(ARRAY[g.rngcanonical, g.rngsubdiff]) AS f (oid)
) AS h
WHERE h.function >= 16384
ORDER BY h.source, h.title, h.function
