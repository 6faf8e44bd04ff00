DROP FUNCTION pub.job();
DROP POLICY IF EXISTS shows ON pub.limits;
REVOKE SELECT ON pub.limits FROM owner1;
