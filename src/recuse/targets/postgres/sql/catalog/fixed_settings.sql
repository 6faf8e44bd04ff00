-- fixed settings: those that an account cannot set for itself, or only to roles that it may take. A name with a dot that is not
-- here belongs to nobody, and anyone may set it.
SELECT name FROM pg_settings WHERE context <> 'user'
UNION ALL
SELECT unnest(ARRAY['role', 'session_authorization', 'is_superuser'])
