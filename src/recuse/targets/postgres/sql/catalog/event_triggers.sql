-- event triggers: those that fire in ordinary sessions.
SELECT e.evtname AS name, e.evtevent AS event, e.evtfoid::int8 AS function, pg_get_userbyid(e.evtowner) AS owner_name,
       ARRAY['firing', NULL, NULL, e.evtname, e.evtenabled::text]::text[] AS ends
FROM pg_event_trigger AS e
WHERE e.evtenabled IN ('O', 'A') AND e.evtfoid >= 16384
ORDER BY e.evtname
