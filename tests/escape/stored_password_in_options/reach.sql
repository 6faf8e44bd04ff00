SELECT srvoptions FROM pg_foreign_server;
\connect -reuse-previous=on "user=owner1"
SELECT ssn FROM cpd.person;
