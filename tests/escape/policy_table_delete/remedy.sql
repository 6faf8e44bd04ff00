REVOKE SELECT (ssn) ON cpd.person FROM ice;
