-- BYPASSRLS and SUPERUSER are not inherited, and without SET (or membership) the role cannot be entered.
-- pg: 18
CREATE ROLE dump SUPERUSER;
GRANT dump TO ice WITH INHERIT TRUE, SET FALSE;
