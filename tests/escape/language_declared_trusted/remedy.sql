REVOKE USAGE ON LANGUAGE internal FROM PUBLIC, ice;
UPDATE pg_language SET lanpltrusted = false WHERE lanname = 'internal';
