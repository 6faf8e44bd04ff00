-- replication: a login with REPLICATION copies every file of the server (a base backup, or a physical standby); a role with it
-- reads all later changes from a logical slot, its own or any other, whatever publications say. No grant and no row policy is
-- asked, and any connection that pg_hba.conf lets in will do (`replication=database`). Until 15 a superuser alone gives REPLICATION.
SELECT 'login:' || r.rolname AS source, 'backup:' AS target, 'REPLICATION' AS kind,
       format('%I has REPLICATION, which copies every file of the server', r.rolname) AS reason,
       format('\connect -reuse-previous=on "user=''%s'' replication=database"', replace(r.rolname, '''', '\''')) AS attempt,
       r.rolname AS only_as, '' AS identity, ARRAY['attribute', r.rolname, 'replication'] AS ends
FROM role AS r
WHERE r.rolreplication AND r.rolcanlogin AND NOT r.rolsuper AND current_setting('max_wal_senders')::int > 0
UNION ALL
SELECT 'backup:', r.node, 'replication', format('a base backup holds every row of %s', r.name),
       CASE WHEN current_setting('server_version_num')::int >= 150000 THEN 'BASE_BACKUP (CHECKPOINT ''fast'')'
            ELSE 'BASE_BACKUP FAST' END, NULL, NULL, NULL
FROM relation AS r WHERE r.relkind IN ('r', 'm') AND EXISTS (SELECT FROM role WHERE rolreplication AND NOT rolsuper)
UNION ALL
SELECT r.node, 'slots:', 'REPLICATION', format('%I has REPLICATION, which reads every change from a logical slot', r.rolname),
       'SELECT slot_name FROM pg_create_logical_replication_slot(''recuse_reach'', ''test_decoding'', true)', r.rolname, '',
       ARRAY['attribute', r.rolname, 'replication']
FROM role AS r
WHERE r.rolreplication AND NOT r.rolsuper
  AND current_setting('wal_level') = 'logical' AND current_setting('max_replication_slots')::int > 0
UNION ALL
SELECT 'slots:', 'part:' || r.name || '.' || quote_ident(a.attname), 'replication',
       format('a logical slot shows every later change of %s', r.name),
       format('-- whoever changes %s, here with the same values; RESET SESSION AUTHORIZATION; SET synchronous_commit = on; '
              'UPDATE %1$s SET %2$I = %2$I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s LIMIT 1)); RESUME; '
              'SELECT data FROM pg_logical_slot_peek_changes(''recuse_reach'', NULL, NULL)', r.name, (
         SELECT u.attname FROM pg_attribute AS u
         WHERE u.attrelid = r.oid AND u.attnum > 0 AND NOT u.attisdropped AND u.attgenerated = '' AND u.attidentity <> 'a'
         ORDER BY u.attnum LIMIT 1)), NULL, NULL, NULL
FROM relation AS r
JOIN pg_class AS c ON c.oid = r.oid AND c.relpersistence = 'p'
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.relkind = 'r' AND r.oid >= 16384 AND current_setting('wal_level') = 'logical'
  AND EXISTS (SELECT FROM role WHERE rolreplication AND NOT rolsuper)
