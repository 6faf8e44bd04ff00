BEGIN;
CALL pub.load();
SELECT format('FETCH ALL FROM %I', name) FROM pg_cursors \gexec
COMMIT;
