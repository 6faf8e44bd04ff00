-- triggers: they run on what others do.
SELECT string_agg(DISTINCT t.tgrelid::regclass || ' (' || t.tgname || ')', ', ') FROM pg_trigger AS t
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgfoid IS DISTINCT FROM to_regproc('recuse.conflict')
