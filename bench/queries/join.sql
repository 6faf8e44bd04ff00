SELECT p.birth_year, count(*), sum(a.fine_cents)
FROM {schema}.arrest a JOIN {schema}.person p ON p.person_id = a.person_id
WHERE p.birth_year >= 1990{arrest}{person}
GROUP BY p.birth_year ORDER BY p.birth_year
