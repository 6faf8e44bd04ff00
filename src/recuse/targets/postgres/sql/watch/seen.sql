-- What the event trigger saw since a moment, oldest first; as many as a person can look at.
SELECT s.at, s.transaction::text, s.login::text, s.code, s.object, s.detail, s.done
FROM recuse.seen s WHERE s.at > %s ORDER BY s.at LIMIT 500;
