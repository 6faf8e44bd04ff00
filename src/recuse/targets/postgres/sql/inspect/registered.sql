-- The logins that may see governed rows at all.
SELECT login::text, login_oid::bigint, active FROM recuse.account;
