SELECT umoptions FROM pg_user_mappings;
\connect - owner1
SELECT ssn FROM cpd.person WHERE id = 1;
