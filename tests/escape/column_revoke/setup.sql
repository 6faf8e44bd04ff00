-- A REVOKE on a column under a grant on the table succeeds and changes nothing.
GRANT SELECT ON cpd.person TO ice;
REVOKE SELECT (ssn) ON cpd.person FROM ice;
