REVOKE INSERT ON pub.base FROM ice;
TRUNCATE pub.base;
ALTER POLICY own ON cpd.person USING (false);
