-- publications: rows leave under other rights.
SELECT string_agg(pubname, ', ' ORDER BY pubname) FROM pg_publication
