-- extensions that reach outside or read storage: what their functions reach is not in this catalog.
SELECT string_agg(extname, ', ' ORDER BY extname) FROM pg_extension
WHERE extname IN ('dblink', 'file_fdw')
