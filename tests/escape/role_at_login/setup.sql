-- F12: a stored `role` makes the login another role when it connects; the membership allows it, not the setting.
CREATE ROLE analysts;
GRANT SELECT ON cpd.person TO analysts;
ALTER ROLE ice NOINHERIT;
GRANT analysts TO ice;
ALTER ROLE ice SET role = 'analysts';
