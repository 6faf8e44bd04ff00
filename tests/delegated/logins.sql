-- The logins of the world; each has its own name as its password. `officer` issues permits, `archive` keeps backups.
CREATE ROLE desk LOGIN PASSWORD 'desk';
CREATE ROLE visitor LOGIN PASSWORD 'visitor';
CREATE ROLE night LOGIN PASSWORD 'night';
CREATE ROLE officer LOGIN PASSWORD 'officer';
CREATE ROLE gone LOGIN PASSWORD 'gone';
CREATE ROLE lender LOGIN PASSWORD 'lender';
CREATE ROLE archive LOGIN PASSWORD 'archive' BYPASSRLS IN ROLE pg_read_all_data;
CREATE ROLE office_owner NOLOGIN;
CREATE ROLE readers NOLOGIN;
