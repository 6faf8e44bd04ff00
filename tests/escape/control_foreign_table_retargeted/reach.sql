ALTER FOREIGN TABLE pub.districts OPTIONS (SET schema_name 'cpd', SET table_name 'person'), ADD COLUMN ssn text;
SELECT ssn FROM pub.districts;
ALTER FOREIGN TABLE pub.asked OPTIONS (SET schema_name 'cpd', SET table_name 'person'), ADD COLUMN ssn text;
SELECT ssn FROM pub.asked;
