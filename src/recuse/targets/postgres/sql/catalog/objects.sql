-- objects: the roles and relations of this database under the names that edges use; put before every query of edges/ and catalog/.
-- A name is quoted where SQL asks for it, so a node's text can be pasted. Temporary relations of other sessions cannot
-- be read by anyone else. Of the system catalogs only those matter that are closed to PUBLIC and hold data.
-- A prepared statement is planned anew for another role where row security is involved, which asks for USAGE again; so
-- for such relations USAGE must be held by the role that reads (`usage:`), for all others by any role of the session.
-- `over` says through which relation another one is read or written as whoever does it: itself, a parent, a view of it alone. `doing` is
-- who may do what to it in that way, and how where it takes more than the usual words.
WITH RECURSIVE role AS (
  SELECT oid, rolname, 'role:' || rolname AS node, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls,
         rolreplication
  FROM pg_roles
), guarded (oid) AS (
  SELECT oid FROM pg_class WHERE relrowsecurity
  UNION
  SELECT w.ev_class FROM guarded AS g
  JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = g.oid AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite AS w ON w.oid = d.objid AND w.ev_type = '1'
  JOIN pg_class AS v ON v.oid = w.ev_class AND v.relkind = 'v'
), relation AS (
  SELECT c.oid, c.relkind, c.relname, c.relnamespace, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity, c.reltoastrelid,
         c.reltuples, c.reloptions, n.nspowner, n.nspname,
         format('%I.%I', n.nspname, c.relname) AS name,
         CASE c.relkind WHEN 'v' THEN 'view:' WHEN 'm' THEN 'matview:' ELSE 'table:' END
           || format('%I.%I', n.nspname, c.relname) AS node,
         CASE WHEN c.oid IN (SELECT oid FROM guarded) THEN 'usage:' ELSE 'schema:' END
           || quote_ident(n.nspname) AS schema
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND c.relpersistence <> 't'
    AND (c.oid >= 16384 OR c.oid IN ('pg_catalog.pg_authid'::regclass, 'pg_catalog.pg_shadow'::regclass,
                                     'pg_catalog.pg_statistic'::regclass,
                                     'pg_catalog.pg_statistic_ext_data'::regclass,
                                     'pg_catalog.pg_user_mapping'::regclass, 'pg_catalog.pg_largeobject'::regclass,
                                     'pg_catalog.pg_subscription'::regclass))
), above (inside, through, reads, inserts, writes) AS (
  SELECT i.inhrelid, i.inhparent, false, p.relkind = 'p', true FROM pg_inherits AS i JOIN pg_class AS p ON p.oid = i.inhparent
  UNION ALL
  SELECT v.inside, v.oid, has_any_column_privilege(v.relowner, v.inside, 'SELECT'),
         v.alone AND pg_relation_is_updatable(v.oid, false) & 8 <> 0 AND has_any_column_privilege(v.relowner, v.inside, 'INSERT'),
         v.alone AND pg_relation_is_updatable(v.oid, false) & 4 <> 0 AND (
           has_any_column_privilege(v.relowner, v.inside, 'UPDATE') OR has_table_privilege(v.relowner, v.inside, 'DELETE'))
  FROM (
    SELECT DISTINCT d.refobjid AS inside, c.oid, c.relowner, NOT EXISTS (
      SELECT FROM pg_depend AS o WHERE o.classid = 'pg_rewrite'::regclass AND o.objid = w.oid AND o.refclassid = 'pg_class'::regclass
        AND o.refobjid NOT IN (c.oid, d.refobjid)) AS alone
    FROM pg_rewrite AS w
    JOIN pg_class AS c ON c.oid = w.ev_class AND c.relkind = 'v' AND c.oid >= 16384
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid <> c.oid AND d.refobjid >= 16384
    WHERE w.ev_type = '1' -- who reads a view with its own rights needs them on what is inside, and counts there
      AND NOT EXISTS (SELECT FROM pg_options_to_table(c.reloptions) AS o WHERE o.option_name = 'security_invoker' AND o.option_value::bool)
  ) AS v
), over (relation, through, reads, inserts, writes) AS (
  SELECT oid, oid, true, true, true FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION
  SELECT o.relation, a.through, o.reads AND a.reads, o.inserts AND a.inserts, o.writes AND a.writes
  FROM over AS o JOIN above AS a ON a.inside = o.through
), doing AS (
  SELECT o.relation, lower(a.privilege_type) AS action, a.grantee, CASE WHEN o.through <> o.relation OR a.attname IS NOT NULL THEN
           CASE a.privilege_type
             WHEN 'SELECT' THEN format('SELECT %s FROM %s', coalesce(quote_ident(a.attname), '*'), t.name)
             WHEN 'INSERT' THEN CASE WHEN a.attname IS NULL THEN format('INSERT INTO %s DEFAULT VALUES', t.name)
                                     ELSE format('INSERT INTO %s (%I) VALUES (DEFAULT)', t.name, a.attname) END
             WHEN 'UPDATE' THEN format('UPDATE %s SET %I = DEFAULT', t.name, coalesce(a.attname, (
               SELECT c.attname FROM pg_attribute AS c WHERE c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped ORDER BY c.attnum LIMIT 1)))
             WHEN 'DELETE' THEN format('DELETE FROM %s', t.name) END END AS attempt
  FROM over AS o
  JOIN relation AS t ON t.oid = o.through
  CROSS JOIN LATERAL (
    SELECT g.privilege_type, g.grantee, NULL::name AS attname FROM aclexplode(coalesce(t.relacl, acldefault('r', t.relowner))) AS g
    UNION ALL
    SELECT g.privilege_type, g.grantee, c.attname
    FROM pg_attribute AS c, aclexplode(c.attacl) AS g WHERE c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
  ) AS a
  WHERE CASE a.privilege_type WHEN 'SELECT' THEN o.reads WHEN 'INSERT' THEN o.inserts WHEN 'UPDATE' THEN o.writes AND EXISTS (
          SELECT FROM pg_attribute AS c WHERE c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped) WHEN 'DELETE' THEN o.writes
        WHEN 'TRUNCATE' THEN o.through = o.relation ELSE false END
)
