ALTER SERVER other OWNER TO postgres;
