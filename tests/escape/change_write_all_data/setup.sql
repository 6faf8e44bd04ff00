-- pg_write_all_data changes every table and needs no USAGE.
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;
GRANT pg_write_all_data TO ice;
