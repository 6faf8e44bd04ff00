-- Arrests in the order of their dates, 20 years, 25 districts; one in twenty is sealed, one in ten is a juvenile's.
INSERT INTO register.arrest
SELECT n, 1 + abs(mod(hashint8extended(n, 21), greatest(%(rows)s / 10, 1))), date '2000-01-01' + (n * 7305 / %(rows)s)::integer,
  'd' || lpad((1 + abs(mod(hashint8extended(n, 22), 25)))::text, 2, '0'), abs(mod(hashint8extended(n, 23), 100000)),
  mod(hashint8extended(n, 24), 20) = 0, mod(hashint8extended(n, 25), 10) = 0, 'synthetic note ' || n
FROM generate_series(1, %(rows)s::bigint) n;
