-- A function declared leakproof tells its argument: it runs before the row policy hides the row.
CREATE FUNCTION pub.is_number(line text) RETURNS boolean LANGUAGE plpgsql LEAKPROOF COST 0.0001 AS
$$ BEGIN RAISE NOTICE '%', line; RETURN true; END $$;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON cpd.person TO ice;
CREATE POLICY none ON cpd.person USING (false OR district > 100);
