-- foreign servers: data of other servers, and ways back into this one.
SELECT string_agg(srvname, ', ' ORDER BY srvname) FROM pg_foreign_server
