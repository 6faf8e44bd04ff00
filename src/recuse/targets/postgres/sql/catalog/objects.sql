-- objects: the roles and relations of this database under the names that edges use; put before every query of edges/ and catalog/.
-- A name is quoted where SQL asks for it, so a node's text can be pasted. Temporary relations of other sessions cannot
-- be read by anyone else. Of the system catalogs only those matter that are closed to PUBLIC and hold data.
-- A prepared statement is planned anew for another role where row security is involved, which asks for USAGE again; so
-- for such relations USAGE must be held by the role that reads (`usage:`), for all others by any role of the session.
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
)
