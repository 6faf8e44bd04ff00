-- verifiers: what the server keeps of each login's password, to judge a password that was found; kept nowhere.
SELECT rolname::text AS role, rolpassword AS kept, coalesce(rolvaliduntil < now(), false) AS expired
FROM pg_authid WHERE rolcanlogin
