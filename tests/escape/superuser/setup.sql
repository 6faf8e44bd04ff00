-- A18: no rule binds a superuser; here through a role that can be entered.
CREATE ROLE root SUPERUSER;
ALTER ROLE ice NOINHERIT;
GRANT root TO ice;
