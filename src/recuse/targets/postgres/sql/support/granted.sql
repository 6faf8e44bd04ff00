-- Grants that the policy forbids, of this transaction: a command does not say what it granted on, so every ACL is read again whose row
-- in the catalog is not older; a catalog of which the transaction has changed no row is left out. What a class holds by the policy is
-- DELETE on a table where it has a row policy, USAGE of a sequence, and what a derived object gives, its owner role gives; columns
-- are apply's alone, so that who changes a column and grants something does so in two transactions. Of the server's own those are
-- looked at that read files, or values of other tables, and pg_catalog itself.
CREATE OR REPLACE FUNCTION recuse.granted()
RETURNS TABLE (class oid, object oid, grantees oid[], refused boolean, name text, detail text)
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  catalogs constant oid[] := ARRAY['pg_authid', 'pg_largeobject', 'pg_statistic', 'pg_statistic_ext_data', 'pg_subscription',
                                   'pg_user_mapping']::regclass[];
  uncounted constant boolean := current_setting('track_counts') <> 'on';
  relations constant boolean := uncounted OR pg_stat_get_xact_tuples_updated('pg_class'::regclass) > 0;
  attributes constant boolean := uncounted OR pg_stat_get_xact_tuples_updated('pg_attribute'::regclass) > 0;
  functions constant boolean := uncounted OR pg_stat_get_xact_tuples_updated('pg_proc'::regclass) > 0;
  schemas constant boolean := uncounted OR pg_stat_get_xact_tuples_updated('pg_namespace'::regclass) > 0;
BEGIN
  RETURN QUERY
    WITH changed AS MATERIALIZED (
      SELECT 'pg_class'::regclass::oid AS class, c.oid, c.relowner AS owner, c.relkind AS kind, c.relacl AS acl, '' AS part
      FROM pg_class c
      WHERE relations AND (c.oid >= 16384 OR c.oid = ANY (catalogs)) AND c.relacl IS NOT NULL AND age(c.xmin) <= 0 AND c.relpersistence <> 't'
      UNION ALL
      SELECT 'pg_class'::regclass, c.oid, c.relowner, c.relkind, a.attacl, format(' column %I', a.attname)
      FROM (SELECT a.attrelid, a.attname, a.attacl FROM pg_attribute a
            WHERE attributes AND (a.attrelid >= 16384 OR a.attrelid = ANY (catalogs)) AND a.attacl IS NOT NULL AND age(a.xmin) <= 0 OFFSET 0) a
      JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relpersistence <> 't'
      UNION ALL
      SELECT 'pg_proc'::regclass, p.oid, p.proowner, 'F', p.proacl, ''
      FROM pg_proc p
      WHERE functions AND p.oid >= 16384 AND p.proacl IS NOT NULL AND age(p.xmin) <= 0 AND p.prosecdef AND p.pronamespace <> pg_my_temp_schema()
      UNION ALL
      SELECT 'pg_proc'::regclass, p.oid, p.proowner, 'F', p.proacl, ''
      FROM pg_proc p
      WHERE functions AND p.proname IN ('pg_read_file', 'pg_read_binary_file', 'lo_import', 'lo_export') AND p.oid < 16384
        AND age(p.xmin) <= 0
      UNION ALL  -- into which everyone looks first
      SELECT 'pg_namespace'::regclass, n.oid, n.nspowner, 'N', n.nspacl, ''
      FROM pg_namespace n WHERE schemas AND n.nspname = 'pg_catalog' AND age(n.xmin) <= 0
    )
    SELECT c.class, c.oid, '{}'::oid[], true,
           CASE c.kind WHEN 'F' THEN 'function ' || c.oid::regprocedure WHEN 'N' THEN 'schema ' || c.oid::regnamespace ELSE c.oid::regclass || c.part END,
           format('%s is granted to %s', string_agg(DISTINCT x.privilege_type, ', '),
                  CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee)::text END)
    FROM changed c CROSS JOIN LATERAL unnest(recuse.beyond(c.acl, c.owner)) g (oid) JOIN LATERAL aclexplode(c.acl) x ON x.grantee = g.oid
    WHERE NOT EXISTS (SELECT FROM pg_depend d JOIN pg_roles r ON r.oid = c.owner AND r.rolsuper
                      WHERE d.classid = c.class AND d.objid = c.oid AND d.deptype = 'e')  -- whose own an object is, may call it a member
      AND NOT (pg_get_userbyid(g.oid) ^@ 'recuse_c_' AND c.part = '' AND recuse.ours(g.oid, 'c')
               AND CASE WHEN c.kind = 'S' THEN x.privilege_type = 'USAGE'
                        WHEN recuse.ours(c.owner, 'o') THEN x.privilege_type IN ('SELECT', 'EXECUTE')
                        ELSE x.privilege_type = 'DELETE' AND recuse.governed(c.oid)
                             AND EXISTS (SELECT FROM pg_policy p WHERE p.polname ^@ 'recuse_' AND p.polrelid = c.oid
                                                                   AND g.oid = ANY (p.polroles)) END)
      AND NOT (c.kind = 'N' AND x.privilege_type = 'USAGE')
      AND NOT (x.privilege_type = 'MAINTAIN' AND recuse.ours(c.owner, 'o'))
    GROUP BY c.class, c.oid, c.kind, c.part, x.grantee;
END
$recuse$;
