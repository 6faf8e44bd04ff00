-- pg: 15
-- A12: before 16, CREATEROLE takes any role that is not a superuser's.
CREATE ROLE analysts;
GRANT SELECT ON cpd.person TO analysts;
ALTER ROLE ice CREATEROLE;
