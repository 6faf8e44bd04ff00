-- What the login that asks holds of what a plan may need: attributes, rights on the database, the roles that it speaks as by
-- inheritance and by SET ROLE, those that it may give to others, and whether it may keep event triggers from running: those of others,
-- since ours leaves what is temporary alone.
WITH me AS (SELECT oid, rolname, rolcreaterole, rolinherit FROM pg_catalog.pg_roles WHERE rolname = current_user),
trigger AS (
  SELECT count(*) FILTER (WHERE evtenabled <> 'D') AS running, count(*) FILTER (WHERE evtenabled IN ('A', 'R')) AS always
  FROM pg_catalog.pg_event_trigger
  WHERE evtevent <> 'login'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_roles o ON o.oid = p.proowner AND o.rolsuper
                    WHERE p.oid = evtfoid AND p.oid = pg_catalog.to_regproc('recuse.new_objects'))
)
SELECT me.rolname::text, me.rolcreaterole, me.rolinherit,
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMPORARY'),
       ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(r.oid, 'USAGE')),
       ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles r
             WHERE pg_catalog.pg_has_role(r.oid, CASE WHEN pg_catalog.current_setting('server_version_num')::integer < 160000
                                                 THEN 'MEMBER' ELSE 'SET' END)),
       ARRAY(SELECT DISTINCT r.rolname::text FROM pg_catalog.pg_auth_members a JOIN pg_catalog.pg_roles r ON r.oid = a.roleid
             WHERE a.member = me.oid AND a.admin_option),
       trigger.running = 0
       OR CASE WHEN pg_catalog.current_setting('server_version_num')::integer < 170000
               THEN trigger.always = 0 AND pg_catalog.has_parameter_privilege('session_replication_role', 'SET')
               ELSE pg_catalog.has_parameter_privilege('event_triggers', 'SET') END
FROM me CROSS JOIN trigger;
