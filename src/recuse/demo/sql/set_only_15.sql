-- set_only, before PostgreSQL 16: inheritance is the login's attribute; without it the member can still become the group.
ALTER ROLE ice_ero_021 NOINHERIT;
GRANT cpd_analysts TO ice_ero_021;
