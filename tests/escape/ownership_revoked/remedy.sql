ALTER TABLE cpd.person OWNER TO owner1;
REVOKE ALL ON cpd.person FROM ice;
