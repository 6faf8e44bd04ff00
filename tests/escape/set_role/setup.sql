-- A member that does not inherit can still become the role.
CREATE ROLE analysts;
GRANT SELECT ON cpd.person TO analysts;
ALTER ROLE ice NOINHERIT;
GRANT analysts TO ice;
