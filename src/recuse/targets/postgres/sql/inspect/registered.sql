-- The logins that may see governed rows at all. Version 1 of the schema knew no gateways.
SELECT login::text, login_oid::bigint, active, coalesce((to_jsonb(a) ->> 'gateway')::boolean, false) FROM recuse.account a;
