-- Sealed and juvenile rows are kept by hand: the job has never touched them.
UPDATE records.custody SET status = 'released'
WHERE status = 'held' AND release_at < %(night)s::date AND NOT is_sealed AND NOT is_juvenile
