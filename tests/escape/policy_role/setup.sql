-- A row policy asks who is a member of a role that ice may join.
CREATE ROLE analysts;
CREATE ROLE keeper NOINHERIT;
GRANT analysts TO keeper WITH ADMIN OPTION;
GRANT keeper TO ice;
GRANT SELECT ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY members ON cpd.person USING (pg_has_role(session_user, 'analysts', 'USAGE'));
