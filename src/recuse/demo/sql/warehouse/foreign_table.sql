-- foreign_table: the register's narratives without a login in the register; whose rights count there is the mapping's.
CREATE FOREIGN TABLE stock.incident (incident_id integer, person_id integer, narrative text)
    SERVER register OPTIONS (schema_name 'records', table_name 'incident');
ALTER FOREIGN TABLE stock.incident OWNER TO stock_owner;
GRANT SELECT ON stock.incident TO fusion_desk;
