-- E16, E20: a grant on other columns does not open this one, nor the whole row.
GRANT SELECT (id, name) ON cpd.person TO ice;
