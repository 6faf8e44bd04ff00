-- What dead workers had: given to another where doing it twice does no harm, and told as cut short where it may.
UPDATE recuse_state.job j SET
  state = n.state,
  worker = CASE WHEN n.state = 'queued' THEN NULL ELSE j.worker END,
  taken = CASE WHEN n.state = 'queued' THEN NULL ELSE j.taken END,
  ended = CASE WHEN n.state = 'queued' THEN NULL ELSE clock_timestamp() END,
  told = CASE n.state
    WHEN 'cut_short' THEN 'its worker died: the tight state stands; plan and apply again, which goes on from there'
    WHEN 'failed' THEN 'it was given ' || j.given || ' times, and each worker died of it'
    ELSE '' END
FROM (
  SELECT t.id, CASE WHEN NOT t.kind = ANY (%(again)s) THEN 'cut_short' WHEN t.given >= %(given)s THEN 'failed'
    ELSE 'queued' END AS state
  FROM recuse_state.job t
  LEFT JOIN recuse_state.beat b ON b.worker = t.worker AND b.ended IS NULL
    AND b.seen > clock_timestamp() - %(silent)s
  WHERE t.state = 'taken' AND b.worker IS NULL
  FOR UPDATE OF t SKIP LOCKED
) n
WHERE j.id = n.id
