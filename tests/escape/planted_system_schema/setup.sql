-- CREATE on pg_catalog: a function there that fits a type better than the server's own is called by everyone.
GRANT CREATE ON SCHEMA pg_catalog TO ice;
CREATE TABLE pub.log (line varchar);
INSERT INTO pub.log VALUES ('x');
