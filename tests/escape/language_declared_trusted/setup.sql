-- G41: a language without limits, declared trusted by hand: whoever has USAGE makes functions in it.
UPDATE pg_language SET lanpltrusted = true WHERE lanname = 'internal';
GRANT USAGE ON LANGUAGE internal TO ice;
CHECKPOINT;
