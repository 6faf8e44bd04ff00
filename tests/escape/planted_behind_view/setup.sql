-- ice owns what another's view shows, and whoever reads that view runs the code of ice as itself, not as the view's owner.
CREATE ROLE app LOGIN;
CREATE ROLE mid;
GRANT SELECT ON cpd.person TO app;
CREATE VIEW pub.limits AS SELECT 1 AS line;
ALTER VIEW pub.limits OWNER TO ice;
GRANT SELECT ON pub.limits TO mid;
CREATE VIEW pub.shown AS SELECT line FROM pub.limits;
ALTER VIEW pub.shown OWNER TO mid;
GRANT SELECT ON pub.shown TO app;
CREATE SCHEMA mine AUTHORIZATION ice;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
SET ROLE ice;
CREATE TABLE mine.loot (line text);
GRANT INSERT ON mine.loot TO PUBLIC;
