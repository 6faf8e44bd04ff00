SELECT current_setting('report.source', true);
\connect -reuse-previous=on "user=owner1"
SELECT ssn FROM cpd.person;
