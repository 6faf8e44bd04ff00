-- A22: the owner of the schema can drop the table and not read it.
ALTER SCHEMA cpd OWNER TO ice;
