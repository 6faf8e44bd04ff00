ALTER ROLE app SET search_path = cpd;
DROP VIEW staging.person;
TRUNCATE staging.loot;
