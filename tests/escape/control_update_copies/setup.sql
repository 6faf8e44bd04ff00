-- E18, E19: UPDATE on a column that is seen neither copies one that is not nor counts by it.
GRANT SELECT (id, name), UPDATE (name) ON cpd.person TO ice;
