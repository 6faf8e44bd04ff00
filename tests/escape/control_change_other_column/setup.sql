-- UPDATE revoked again leaves reading other columns.
GRANT UPDATE (name), SELECT (name) ON cpd.person TO ice;
REVOKE UPDATE (name) ON cpd.person FROM ice;
GRANT SELECT (id) ON cpd.person TO ice;
