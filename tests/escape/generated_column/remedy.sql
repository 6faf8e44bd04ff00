REVOKE SELECT (code) ON cpd.person FROM ice;
