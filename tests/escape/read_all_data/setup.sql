-- pg_read_all_data needs no grant and no USAGE.
REVOKE USAGE ON SCHEMA cpd FROM PUBLIC;
GRANT pg_read_all_data TO ice;
