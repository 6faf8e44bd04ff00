-- A17: BYPASSRLS on a role that can be entered; ice itself sees no rows.
CREATE ROLE dump BYPASSRLS;
GRANT SELECT ON cpd.person TO dump, ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT dump TO ice;
