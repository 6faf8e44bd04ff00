-- F12: a stored `role` or `session_authorization` without the right to it changes nothing at login.
CREATE ROLE analysts;
GRANT SELECT ON cpd.person TO analysts;
ALTER ROLE ice SET role = 'analysts';
DO $$ BEGIN EXECUTE format('ALTER ROLE ice IN DATABASE %I SET session_authorization = ''owner1''', current_database()); END $$;
