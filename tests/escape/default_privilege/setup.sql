-- A24: the grant comes with the next table.
ALTER DEFAULT PRIVILEGES FOR ROLE owner1 IN SCHEMA cpd GRANT SELECT ON TABLES TO ice;
ALTER TABLE cpd.person RENAME TO person_old;
SET ROLE owner1;
CREATE TABLE cpd.person AS SELECT * FROM cpd.person_old;
RESET ROLE;
