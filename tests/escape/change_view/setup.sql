-- D15: a view without WITH CHECK OPTION takes rows that it does not show.
CREATE VIEW pub.v AS SELECT id, name FROM cpd.person WHERE district = 1;
ALTER VIEW pub.v OWNER TO owner1;
GRANT INSERT ON pub.v TO ice;
