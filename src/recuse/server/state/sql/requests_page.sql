-- Newest received first, from a place on. An empty list is all; the state is that of `Found.state`.
WHERE (%(kinds)s::text[] = '{}' OR r.kind = ANY (%(kinds)s))
  AND (%(agencies)s::text[] = '{}' OR r.agency = ANY (%(agencies)s))
  AND (%(purposes)s::text[] = '{}' OR r.purpose = ANY (%(purposes)s))
  AND (%(authorities)s::text[] = '{}' OR r.authority = ANY (%(authorities)s))
  AND (%(verdicts)s::text[] = '{}' OR r.verdict = ANY (%(verdicts)s))
  AND (%(states)s::text[] = '{}' OR CASE
    WHEN s.id IS NOT NULL THEN 'superseded'
    WHEN o.word IS NOT NULL THEN o.word
    WHEN r.lapses <= %(now)s THEN 'lapsed'
    WHEN r.counsel THEN 'counsel'
    ELSE 'open' END = ANY (%(states)s))
  AND (%(since)s::timestamptz IS NULL OR r.received >= %(since)s)
  AND (%(before)s::timestamptz IS NULL OR r.received < %(before)s)
  AND (%(after_at)s::timestamptz IS NULL OR (r.received, r.id COLLATE "C") < (%(after_at)s, %(after_id)s))
ORDER BY r.received DESC, r.id COLLATE "C" DESC
LIMIT %(limit)s
