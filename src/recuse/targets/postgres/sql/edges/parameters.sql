-- parameters: SET and ALTER SYSTEM on single parameters, given out.
-- from: 15
, matters (name, target, what) AS (VALUES
  ('^session_replication_role$', 'silenced:', 'switches triggers and foreign keys off'),
  ('^event_triggers$', 'silenced:', 'switches event triggers off'),
  ('^(log_|pgaudit\.|track_activities$|auto_explain\.|pg_stat_statements\.)', 'silenced:', 'decides what is logged'),
  ('(_command|_library|_libraries|_path|_file|_directory)$|^(plperl|plpython|pltcl)\.|^primary_|^listen_', 'configured:',
   'names what the server runs, loads or reads'),
  ('^lo_compat_privileges$', 'objects:', 'opens every large object')
)
SELECT CASE a.grantee WHEN 0 THEN 'public:' ELSE 'role:' || pg_get_userbyid(a.grantee) END AS source, m.target,
       'parameter' AS kind,
       format('%I granted %s on the parameter %s, which %s', pg_get_userbyid(a.grantor), a.privilege_type, p.parname, m.what) AS reason,
       ARRAY['grant', 'parameter', a.privilege_type, CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END, pg_get_userbyid(a.grantor), a.is_grantable::text, p.parname]::text[] AS ends
FROM pg_parameter_acl AS p
JOIN matters AS m ON p.parname ~ m.name
CROSS JOIN aclexplode(p.paracl) AS a
WHERE a.grantee <> 10
