ALTER TABLE cpd.person OWNER TO owner1;
