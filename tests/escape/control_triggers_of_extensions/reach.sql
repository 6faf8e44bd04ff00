LISTEN tcn;
BEGIN;
SELECT pub.touch();
SELECT format('FETCH ALL FROM %I', name) FROM pg_cursors WHERE NOT is_holdable AND name ~ 'found|portal 1' \gexec
COMMIT;
SELECT changed_at, changed_by FROM cpd.person;
