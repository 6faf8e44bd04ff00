ALTER DOMAIN pub.label OWNER TO owner1;
