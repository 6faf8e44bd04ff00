-- The oldest job that waits, of these kinds, now this worker's: two at once never get the same, and neither waits.
UPDATE recuse_state.job j
SET state = 'taken', worker = %(worker)s, taken = clock_timestamp(), given = j.given + 1
WHERE j.id = (
  SELECT w.id FROM recuse_state.job w WHERE w.state = 'queued' AND w.kind = ANY (%(kinds)s)
  ORDER BY w.place LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING j.id
