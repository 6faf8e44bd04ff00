-- A10: ADMIN OPTION on a role whose rights are not inherited.
CREATE ROLE analysts;
CREATE ROLE keeper NOINHERIT;
GRANT SELECT ON cpd.person TO analysts;
GRANT analysts TO keeper WITH ADMIN OPTION;
GRANT keeper TO ice;
