SELECT prosrc FROM pg_proc WHERE proname = 'nightly';
\connect - owner1
SELECT ssn FROM cpd.person WHERE id = 1;
