-- A05: a REVOKE by the owner leaves what a holder of the grant option granted.
CREATE ROLE mid;
GRANT SELECT ON cpd.person TO mid WITH GRANT OPTION;
GRANT SELECT ON cpd.person TO ice;
SET ROLE mid;
GRANT SELECT ON cpd.person TO ice;
RESET ROLE;
REVOKE SELECT ON cpd.person FROM ice;
