ALTER FUNCTION pub.may_see(integer) OWNER TO owner1;
REVOKE SELECT ON cpd.person FROM ice;
