-- The owner has revoked its own SELECT, and can grant it again.
ALTER TABLE cpd.person OWNER TO ice;
REVOKE ALL ON cpd.person FROM ice;
