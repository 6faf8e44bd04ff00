-- Writes down what the event trigger saw. A longer text is cut, with a digest of the whole: an index has no room for more, and a
-- command must not fail by the length of a name.
CREATE OR REPLACE FUNCTION recuse.note(code text, object text, detail text, done text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  INSERT INTO recuse.seen AS s
  SELECT clock_timestamp(), pg_current_xact_id(), session_user, note.code, short[1], short[2], note.done
  FROM (SELECT array_agg(CASE WHEN length(t.whole) > 280 THEN left(t.whole, 240) || '… ' || md5(t.whole) ELSE t.whole END
                         ORDER BY t.number) AS short
        FROM unnest(ARRAY[note.object, note.detail]) WITH ORDINALITY t (whole, number)) texts
  ON CONFLICT DO NOTHING;
END
$recuse$;
