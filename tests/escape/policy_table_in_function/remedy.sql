REVOKE SELECT ON cpd.person FROM ice;
DROP FUNCTION pub.is_assigned(integer) CASCADE;
REVOKE SELECT ON pub.assignment FROM owner1;
