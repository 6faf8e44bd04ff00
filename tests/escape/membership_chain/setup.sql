-- A09: three memberships deep.
CREATE ROLE a;
CREATE ROLE b;
CREATE ROLE c;
GRANT SELECT ON cpd.person TO c;
GRANT c TO b;
GRANT b TO a;
GRANT a TO ice;
