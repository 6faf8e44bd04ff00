-- A role that row security binds: a predefined one without rights on tables, where ours is bound by nothing.
SELECT pg_catalog.set_config('role', 'pg_signal_backend', true)
FROM pg_catalog.pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls);
-- What follows is refused by row security or not at all: an open row may be inserted, and updated in conflict.
INSERT INTO pg_temp.recuse_conflict (id, body) VALUES (2, 'open');
INSERT INTO pg_temp.recuse_conflict (id, body) VALUES (2, 'open')
ON CONFLICT (id) DO UPDATE SET body = excluded.body WHERE recuse_conflict.body = 'open';
