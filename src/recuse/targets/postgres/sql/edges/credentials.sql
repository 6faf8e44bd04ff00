-- credentials: who can read the verifiers of passwords: an MD5 one logs in as it is, a SCRAM one can be tried against guesses.
SELECT c.node || '.' || c.name AS source, 'verifiers:' AS target, 'verifiers' AS kind, format('%s holds the verifiers of passwords', c.relation) AS reason
FROM (VALUES ('column:pg_catalog.pg_authid', 'rolpassword', 'pg_authid'),
             ('column:pg_catalog.pg_shadow', 'passwd', 'pg_shadow')) AS c (node, name, relation)
