SELECT pub.touch(1);
SELECT objid FROM pg_locks WHERE locktype = 'advisory';
SELECT current_setting('cpd.who'), obj_description('cpd.person'::regclass);
