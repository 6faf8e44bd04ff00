-- extensions that reach outside or read storage: what their functions reach is not in this catalog.
SELECT string_agg(extname, ', ' ORDER BY extname) FROM pg_extension
WHERE extname IN ('dblink', 'file_fdw', 'adminpack', 'pageinspect', 'pg_walinspect', 'pgstattuple', 'amcheck',
                  'pg_surgery', 'plperlu', 'plpython3u', 'pltclu', 'lo', 'http', 'pg_net')
