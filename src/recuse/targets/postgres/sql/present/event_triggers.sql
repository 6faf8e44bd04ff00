-- event triggers: they run on what others do.
SELECT string_agg(evtname, ', ' ORDER BY evtname) FROM pg_event_trigger
