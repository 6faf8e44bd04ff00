REVOKE SELECT ON cpd.person FROM ice;
DROP FUNCTION pub.is_assigned(integer) CASCADE;
