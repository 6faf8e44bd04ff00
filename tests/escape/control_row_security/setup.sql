-- C08, D05: row security without a row policy shows nothing, to a leaky function neither, nor with row_security off.
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION pub.leak(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;
