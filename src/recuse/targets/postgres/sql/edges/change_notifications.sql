-- change notifications: the trigger of the extension tcn sends the primary key of every changed row to whoever listens.
, sending AS (
  SELECT r.oid, r.name, r.nspname, r.relname, t.tgname, t.tgenabled,
         coalesce(nullif(split_part(encode(t.tgargs, 'escape'), '\000', 1), ''), 'tcn') AS channel
  FROM pg_trigger AS t
  JOIN relation AS r ON r.oid = t.tgrelid
  JOIN pg_proc AS p ON p.oid = t.tgfoid AND p.prosrc = 'triggered_change_notification'
  WHERE t.tgenabled IN ('O', 'A')
)
SELECT 'public:' AS source, 'channel:' || channel AS target, 'LISTEN' AS kind, 'LISTEN needs no right' AS reason,
       format('LISTEN %I', channel) AS attempt, NULL AS identity, NULL::text[] AS ends
FROM sending
UNION
SELECT 'channel:' || s.channel, 'part:' || s.name || '.' || quote_ident(a.attname), 'notification',
       format('the trigger %I on %s sends the primary key to whoever listens to %s', s.tgname, s.name, s.channel),
       format('RESET SESSION AUTHORIZATION; UPDATE %s SET %I = %2$I', s.name, a.attname), '',
       ARRAY['firing', s.nspname, s.relname, s.tgname, s.tgenabled::text]::text[]
FROM sending AS s
JOIN pg_index AS i ON i.indrelid = s.oid AND i.indisprimary
JOIN pg_attribute AS a ON a.attrelid = s.oid AND a.attnum = ANY (i.indkey::int2[])
