-- present: mechanisms that are in this server and that no edge describes; one row each, with what was found.
SELECT found.mechanism, found.detail FROM (
  SELECT 1 AS place, 'foreign servers' AS mechanism,
         (SELECT string_agg(srvname, ', ' ORDER BY srvname) FROM pg_foreign_server) AS detail
  UNION ALL SELECT 2, 'user mappings', (
    SELECT string_agg(srvname || ' for ' || coalesce(usename, 'PUBLIC'), ', ' ORDER BY srvname, usename) FROM pg_user_mappings)
  UNION ALL SELECT 3, 'extensions that reach outside or read storage', (
    SELECT string_agg(extname, ', ' ORDER BY extname) FROM pg_extension
    WHERE extname IN ('dblink', 'file_fdw', 'adminpack', 'pageinspect', 'pg_walinspect', 'pgstattuple', 'amcheck',
                      'pg_surgery', 'plperlu', 'plpython3u', 'pltclu', 'lo', 'http', 'pg_net'))
  UNION ALL SELECT 4, 'publications', (SELECT string_agg(pubname, ', ' ORDER BY pubname) FROM pg_publication)
  UNION ALL SELECT 5, 'subscriptions', (
    SELECT count(*) || ' in this database' FROM pg_subscription AS s
    JOIN pg_database AS d ON d.oid = s.subdbid AND d.datname = current_database() HAVING count(*) > 0)
  UNION ALL SELECT 6, 'replication slots', (SELECT string_agg(slot_name, ', ' ORDER BY slot_name) FROM pg_replication_slots)
  UNION ALL SELECT 7, 'replication accounts', (
    SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles WHERE rolreplication AND rolcanlogin AND NOT rolsuper)
  UNION ALL SELECT 8, 'other databases', (
    SELECT string_agg(d.datname, ', ' ORDER BY d.datname) FROM pg_database AS d
    WHERE d.datallowconn AND d.datname <> current_database() AND EXISTS (
      SELECT FROM pg_roles AS r
      WHERE r.rolcanlogin AND NOT r.rolsuper AND has_database_privilege(r.oid, d.oid, 'CONNECT')))
  UNION ALL SELECT 9, 'large objects', (
    SELECT count(*) || ' objects with grants of their own' FROM pg_largeobject_metadata HAVING count(*) > 0)
  UNION ALL SELECT 10, 'event triggers', (SELECT string_agg(evtname, ', ' ORDER BY evtname) FROM pg_event_trigger)
  UNION ALL SELECT 11, 'triggers', (
    SELECT string_agg(DISTINCT t.tgrelid::regclass || ' (' || t.tgname || ')', ', ') FROM pg_trigger AS t
    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgfoid IS DISTINCT FROM to_regproc('recuse.conflict'))
  UNION ALL SELECT 12, 'functions in untrusted languages', (
    SELECT string_agg(DISTINCT p.oid::regprocedure || ' (' || l.lanname || ')', ', ')
    FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
    WHERE p.oid >= 16384 AND NOT l.lanpltrusted AND NOT EXISTS (
      SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))
  UNION ALL SELECT 13, 'scheduled jobs', (
    SELECT string_agg(extname, ', ' ORDER BY extname) FROM pg_extension
    WHERE extname IN ('pg_cron', 'pgagent', 'pg_timetable', 'pg_partman', 'pgq', 'timescaledb'))
  UNION ALL SELECT 14, 'prepared transactions', (
    SELECT count(*) || ' in this database' FROM pg_prepared_xacts WHERE database = current_database() HAVING count(*) > 0)
  UNION ALL SELECT 15, 'pg_stat_statements', (SELECT extversion FROM pg_extension WHERE extname = 'pg_stat_statements')
  UNION ALL SELECT 16, 'settings that change the role at login', (
    SELECT string_agg(coalesce(r.rolname, 'every account') || ' (' || c.setting || ')', ', ')
    FROM pg_db_role_setting AS s LEFT JOIN pg_roles AS r ON r.oid = s.setrole, unnest(s.setconfig) AS c (setting)
    WHERE c.setting ~* '^(role|session_authorization)=')
  UNION ALL SELECT 17, 'extended statistics', (
    SELECT string_agg(format('%I.%I', n.nspname, e.stxname), ', ' ORDER BY n.nspname, e.stxname)
    FROM pg_statistic_ext AS e JOIN pg_namespace AS n ON n.oid = e.stxnamespace)
  UNION ALL SELECT 18, 'definer functions inside operators, casts or aggregates', (
    SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.oid::regprocedure::text) FROM pg_proc AS p
    WHERE p.prosecdef AND p.oid >= 16384 AND (
      EXISTS (SELECT FROM pg_operator AS o WHERE o.oprcode = p.oid)
      OR EXISTS (SELECT FROM pg_cast AS c WHERE c.castfunc = p.oid)
      OR EXISTS (SELECT FROM pg_aggregate AS g WHERE p.oid IN (g.aggtransfn, g.aggfinalfn, g.aggcombinefn))))
  UNION ALL SELECT 19, 'system functions granted out', (
    SELECT string_agg(DISTINCT p.oid::regprocedure::text, ', ')
    FROM pg_proc AS p
    JOIN pg_init_privs AS i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass
    CROSS JOIN aclexplode(p.proacl) AS a
    WHERE p.proname NOT IN ('pg_read_file', 'pg_read_binary_file', 'lo_import') AND a.privilege_type = 'EXECUTE'
      AND NOT EXISTS (SELECT FROM aclexplode(i.initprivs) AS b
                      WHERE b.grantee = a.grantee AND b.privilege_type = 'EXECUTE'))
) AS found
WHERE found.detail IS NOT NULL
ORDER BY found.place
