SELECT subconninfo FROM pg_subscription;
\connect - owner1
SELECT ssn FROM cpd.person WHERE id = 1;
