-- A22: the owner of the schema drops the table that it cannot read.
ALTER SCHEMA cpd OWNER TO ice;
