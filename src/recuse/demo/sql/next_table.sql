-- next table: the owner makes one more copy, as owners do, and grants nothing on it.
SET ROLE records_owner;
CREATE TABLE records.person_next AS SELECT person_id, home_address FROM records.person LIMIT 100;
RESET ROLE;
