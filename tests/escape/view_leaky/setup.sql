-- C06: the condition of a view without security_barrier is no barrier to a function of one's own.
CREATE VIEW pub.v AS SELECT id, ssn FROM cpd.person WHERE id <> 1;
ALTER VIEW pub.v OWNER TO owner1;
GRANT SELECT ON pub.v TO ice;
