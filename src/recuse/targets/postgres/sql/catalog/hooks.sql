-- hooks: functions of users that run without being named: what makes them run (`source`), on which relation, and how they are
-- called there; a view has edges of its own, so no source. Casts, operators and domains need no relation; support functions of operator classes need no EXECUTE.
-- What calls an operator, an aggregate or a domain calls its functions. Analyzing and refreshing run as the owner (`maintain`).
, uses (class, object, function) AS (
  SELECT 'pg_proc'::regclass::oid, p.oid, p.oid FROM pg_proc AS p WHERE p.oid >= 16384
  UNION
  SELECT s.class, s.object, u.function
  FROM uses AS u
  JOIN (
    SELECT 'pg_operator'::regclass::oid AS class, o.oid AS object, 'pg_proc'::regclass::oid AS refclass, o.oprcode::oid AS refobject
    FROM pg_operator AS o WHERE o.oid >= 16384
    UNION ALL
    SELECT 'pg_proc'::regclass, a.aggfnoid, 'pg_proc'::regclass, f.oid
    FROM pg_aggregate AS a, unnest(ARRAY[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::oid[]) AS f (oid)
    WHERE a.aggfnoid >= 16384
    UNION ALL
    SELECT 'pg_type'::regclass, k.contypid, d.refclassid, d.refobjid
    FROM pg_constraint AS k JOIN pg_depend AS d ON d.classid = 'pg_constraint'::regclass AND d.objid = k.oid
    WHERE k.contypid <> 0
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 'pg_type'::regclass, t.typbasetype FROM pg_type AS t WHERE t.typbasetype >= 16384
  ) AS s ON (s.refclass, s.refobject) = (u.class, u.object)
), used AS (
  SELECT d.classid, d.objid, d.objsubid, u.function FROM pg_depend AS d JOIN uses AS u ON (d.refclassid, d.refobjid) = (u.class, u.object)
)
SELECT h.source, h.relation, h.action, h.title, h.function::int8 AS function, h.asked, h.attempt
FROM (
  SELECT e.event || ':' || r.name AS source, r.oid AS relation, e.event AS action,
         'the default of a column of ' || r.name AS title, d.function AS function, true AS asked,
         format('INSERT INTO %s DEFAULT VALUES RETURNING *', r.name) AS attempt
  FROM used AS d JOIN pg_attrdef AS a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
  JOIN relation AS r ON r.oid = a.adrelid, unnest(ARRAY['insert', 'update']) AS e (event)
  UNION
  SELECT e.event || ':' || r.name, r.oid, e.event, format('the constraint %I of %s', k.conname, r.name), d.function, true,
         format('INSERT INTO %s DEFAULT VALUES', r.name)
  FROM used AS d JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid AND k.contype IN ('c', 'x')
  JOIN relation AS r ON r.oid = k.conrelid, unnest(ARRAY['insert', 'update']) AS e (event)
  UNION
  SELECT e.event || ':' || r.name, r.oid, e.event, format('the index %s', i.indexrelid::regclass), d.function, true,
         format('INSERT INTO %s DEFAULT VALUES', r.name)
  FROM used AS d JOIN pg_index AS i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
  JOIN relation AS r ON r.oid = i.indrelid, unnest(ARRAY['insert', 'update']) AS e (event)
  UNION
  SELECT 'insert:' || r.name, r.oid, 'insert', 'the partition key of ' || r.name, d.function, true,
         format('INSERT INTO %s DEFAULT VALUES', r.name)
  FROM used AS d JOIN relation AS r ON d.classid = 'pg_class'::regclass AND r.oid = d.objid AND d.objsubid = 0 AND r.relkind = 'p'
  UNION
  SELECT NULL, r.oid, e.event, format('the operator class %I, by which %s is ordered,', c.opcname, o.title), m.amproc::oid, false,
         CASE WHEN e.event = 'insert' THEN format('INSERT INTO %1$s (%2$I) VALUES (%3$s), (%3$s)', r.name, a.attname,
           CASE y.typcategory WHEN 'N' THEN '1' WHEN 'S' THEN quote_literal('x') WHEN 'D' THEN 'now()' ELSE 'DEFAULT' END) END
  FROM (
    SELECT i.indrelid AS relation, k.class, k.number, 'the index ' || i.indexrelid::regclass AS title
    FROM pg_index AS i, unnest(i.indclass::oid[], i.indkey::int2[]) AS k (class, number)
    UNION
    SELECT t.partrelid, k.class, k.number, t.partrelid::regclass::text
    FROM pg_partitioned_table AS t, unnest(t.partclass::oid[], t.partattrs::int2[]) AS k (class, number)
  ) AS o
  JOIN pg_opclass AS c ON c.oid = o.class AND c.oid >= 16384
  JOIN pg_amproc AS m ON m.amprocfamily = c.opcfamily
  JOIN relation AS r ON r.oid = o.relation
  LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = o.number AND a.attnum > 0
  LEFT JOIN pg_type AS y ON y.oid = a.atttypid
  CROSS JOIN unnest(ARRAY['insert', 'update', 'maintain']) AS e (event)
  UNION
  SELECT NULL, r.oid, 'select', format('the cast from %s to %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
         c.castfunc, true, format('SELECT CAST(%I AS %s) FROM %s', a.attname, format_type(c.casttarget, NULL), r.name)
  FROM pg_cast AS c JOIN pg_attribute AS a ON a.atttypid = c.castsource AND a.attnum > 0 AND NOT a.attisdropped
  JOIN relation AS r ON r.oid = a.attrelid
  WHERE c.castfunc >= 16384 AND c.castsource >= 16384
  UNION
  SELECT NULL, r.oid, 'insert', format('the cast from %s to %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
         c.castfunc, true, format('INSERT INTO %s (%I) VALUES (NULL::%s::%s)', r.name, a.attname, format_type(c.castsource, NULL),
                                  format_type(c.casttarget, NULL))
  FROM pg_cast AS c JOIN pg_attribute AS a ON a.atttypid = c.casttarget AND a.attnum > 0 AND NOT a.attisdropped
  JOIN relation AS r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p', 'f')
  WHERE c.castfunc >= 16384 AND c.casttarget >= 16384
  UNION
  SELECT CASE e.event WHEN 'select' THEN r.node ELSE e.event || ':' || r.name END, r.oid, e.event,
         format('the row policy %I of %s', p.polname, r.name), d.function, true, NULL
  FROM used AS d JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
  JOIN relation AS r ON r.oid = p.polrelid, unnest(ARRAY['select', 'insert', 'update', 'delete']) AS e (event)
  UNION
  SELECT e.event || ':' || r.name, r.oid, e.event, format('the rule %I on %s', w.rulename, r.name), d.function, true, NULL
  FROM used AS d JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
  JOIN (VALUES ('2', 'update'), ('3', 'insert'), ('4', 'delete')) AS e (type, event) ON e.type = w.ev_type::text
  JOIN relation AS r ON r.oid = w.ev_class
  UNION
  SELECT NULL, r.oid, e.event, format('the type of a column of %s', r.name), d.function, true, NULL
  FROM used AS d JOIN relation AS r ON d.classid = 'pg_class'::regclass AND r.oid = d.objid AND d.objsubid <> 0
  CROSS JOIN unnest(ARRAY['insert', 'update']) AS e (event)
  UNION
  SELECT NULL, r.oid, 'maintain', m.title, m.function, true, NULL
  FROM (
    SELECT i.indrelid AS relation, 'the index ' || i.indexrelid::regclass AS title, d.function
    FROM used AS d JOIN pg_index AS i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
    UNION ALL
    SELECT s.stxrelid, format('the statistics %I', s.stxname), d.function
    FROM used AS d JOIN pg_statistic_ext AS s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid
    UNION ALL
    SELECT w.ev_class, 'the materialized view ' || w.ev_class::regclass, d.function
    FROM used AS d JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid AND w.ev_type = '1'
    JOIN relation AS v ON v.oid = w.ev_class AND v.relkind = 'm'
  ) AS m JOIN relation AS r ON r.oid = m.relation
  UNION
  SELECT NULL, r.oid, 'select', 'the view ' || r.name, d.function, true, NULL
  FROM used AS d JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid AND w.ev_type = '1'
  JOIN relation AS r ON r.oid = w.ev_class AND r.relkind = 'v'
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
  SELECT e.event || ':' || r.name, r.oid, e.event, format('the condition of the trigger %I on %s', t.tgname, r.name), d.function, true, NULL
  FROM used AS d JOIN pg_trigger AS t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid AND t.tgfoid <> d.function
  JOIN relation AS r ON r.oid = t.tgrelid
  JOIN (VALUES (4, 'insert'), (8, 'delete'), (16, 'update')) AS e (bit, event) ON t.tgtype & e.bit <> 0
  WHERE t.tgenabled IN ('O', 'A')
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
