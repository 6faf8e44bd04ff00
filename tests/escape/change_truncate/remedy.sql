REVOKE TRUNCATE ON cpd.person FROM ice;
