-- A key that the hidden row has; the WHERE fails on the hidden row's text if it is evaluated at all.
INSERT INTO pg_temp.recuse_conflict (id, body) VALUES (1, 'open')
ON CONFLICT (id) DO UPDATE SET body = excluded.body WHERE recuse_conflict.body::integer = 1;
