-- A04: a REVOKE on the table takes the grants on its columns too.
GRANT SELECT (ssn) ON cpd.person TO ice;
REVOKE SELECT ON cpd.person FROM ice;
