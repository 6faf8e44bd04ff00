REVOKE SELECT (tag) ON cpd.person FROM ice;
