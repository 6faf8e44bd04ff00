-- USAGE on a trusted language is everyone's; an untrusted one stays a superuser's.
GRANT USAGE ON LANGUAGE plpgsql TO ice;
