REVOKE SELECT ON cpd.person FROM ice;
