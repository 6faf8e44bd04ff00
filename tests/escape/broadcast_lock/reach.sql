SELECT pub.lock_all();
SELECT objid FROM pg_locks WHERE locktype = 'advisory' ORDER BY classid::bigint;
