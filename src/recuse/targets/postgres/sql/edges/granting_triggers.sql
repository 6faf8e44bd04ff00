-- granting triggers: a function that an event trigger or a trigger runs, and whose text grants, gives access back when others act. It
-- reads nothing that is closed today.
SELECT CASE WHEN g.grantee = 'public' THEN 'public:' ELSE 'role:' || r.rolname END AS source, 'future:*.grants' AS target,
       'granting trigger' AS kind,
       format('%s runs %I.%I, which grants to %s whenever it fires', t.title, n.nspname, p.proname,
              CASE WHEN g.grantee = 'public' THEN 'PUBLIC' ELSE quote_ident(r.rolname) END) AS reason, t.ends
FROM (
  SELECT e.evtfoid AS function, format('the event trigger %I', e.evtname) AS title, ARRAY['firing', NULL, NULL, e.evtname, e.evtenabled::text]::text[] AS ends
  FROM pg_event_trigger AS e WHERE e.evtenabled IN ('O', 'A')
  UNION ALL
  SELECT t.tgfoid, format('the trigger %I on %s', t.tgname, r.name), ARRAY['firing', r.nspname, r.relname, t.tgname, t.tgenabled::text]::text[]
  FROM pg_trigger AS t JOIN relation AS r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
) AS t
JOIN pg_proc AS p ON p.oid = t.function AND p.oid >= 16384
JOIN pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname <> 'recuse'
CROSS JOIN LATERAL (
  SELECT DISTINCT lower(btrim(m[1], '"')) AS grantee
  FROM regexp_matches(p.prosrc, '\mgrant\M[^;]*?\mto\s+("[^"]+"|\w+\M)', 'gi') AS m
) AS g
LEFT JOIN role AS r ON lower(r.rolname) = g.grantee
WHERE g.grantee = 'public' OR r.rolname IS NOT NULL
