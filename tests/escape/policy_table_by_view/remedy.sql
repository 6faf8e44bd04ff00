REVOKE INSERT ON pub.editing FROM ice;
TRUNCATE pub.assigned;
ALTER POLICY own ON cpd.person USING (false);
