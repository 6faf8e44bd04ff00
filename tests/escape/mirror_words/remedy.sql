REVOKE SELECT (words) ON cpd.person FROM ice;
