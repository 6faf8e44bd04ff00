ALTER SCHEMA tools OWNER TO owner1;
DROP FUNCTION tools.label(integer);
