-- Requests with the last outcome of each and what superseded it. What follows says which: one, or a page of them.
SELECT r.id, r.source, r.supersedes, r.received, r.lapses, r.kind, r.agency, r.purpose, r.authority, r.verdict,
  r.counsel, r.salt, r.data,
  o.id, o.request, o.supersedes, o.at, o.word, o.contrary, o.salt, o.data,
  s.id
FROM recuse_state.request r
LEFT JOIN LATERAL (
  SELECT * FROM recuse_state.outcome l WHERE l.request = r.id ORDER BY l.place DESC LIMIT 1
) o ON true
LEFT JOIN recuse_state.request s ON s.supersedes = r.id
