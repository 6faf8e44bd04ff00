-- F07: a copy has neither the grants nor the row security of the table that it was made from.
CREATE TABLE pub.report AS SELECT * FROM cpd.person;
GRANT SELECT ON pub.report TO PUBLIC;
