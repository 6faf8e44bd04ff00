-- set_only, from PostgreSQL 16: a membership that inherits nothing, and lets the member become the group.
GRANT cpd_analysts TO ice_ero_021 WITH INHERIT FALSE, SET TRUE;
