-- One person for every ten arrests. A hash of the number decides each value, so every run and version has the same rows.
INSERT INTO register.person
SELECT n, 'family ' || n, 1940 + abs(mod(hashint8extended(n, 11), 70)), mod(hashint8extended(n, 12), 50) = 0
FROM generate_series(1, greatest(%(rows)s / 10, 1)::integer) n;
