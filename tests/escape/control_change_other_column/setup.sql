-- E18, E19: UPDATE on another column changes not this one, nor copies it, nor counts by it.
GRANT UPDATE (name), SELECT (name) ON cpd.person TO ice;
REVOKE UPDATE (name) ON cpd.person FROM ice;
GRANT SELECT (id) ON cpd.person TO ice;
