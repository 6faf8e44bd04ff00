-- A12: from 16, CREATEROLE without ADMIN OPTION on a role neither joins it, nor sets its password, nor gives attributes it lacks.
-- pg: 18
CREATE ROLE analysts LOGIN PASSWORD 'analysts';
GRANT SELECT ON cpd.person TO analysts;
ALTER ROLE ice CREATEROLE CREATEDB;
