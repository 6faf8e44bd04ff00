-- One permit for as long as a run can take.
SELECT recuse.issue('bench-permit', %s, %s, %s, NULL, 'CASE-1', now() + interval '71 hours', 0)
