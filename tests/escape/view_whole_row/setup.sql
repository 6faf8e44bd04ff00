-- A whole row inside an expression: pg_depend names only the column beside it.
CREATE VIEW pub.v AS SELECT id, to_jsonb(p) AS document FROM cpd.person AS p;
ALTER VIEW pub.v OWNER TO owner1;
GRANT SELECT ON pub.v TO ice;
