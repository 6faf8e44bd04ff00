-- The logins of the world; each has its own name as its password.
CREATE ROLE desk LOGIN PASSWORD 'desk';
CREATE ROLE box LOGIN PASSWORD 'box';
CREATE ROLE visitor LOGIN PASSWORD 'visitor';
CREATE ROLE night LOGIN PASSWORD 'night';
CREATE ROLE archive LOGIN PASSWORD 'archive' BYPASSRLS IN ROLE pg_read_all_data;
CREATE ROLE mirror LOGIN PASSWORD 'mirror' REPLICATION BYPASSRLS IN ROLE pg_read_all_data;
