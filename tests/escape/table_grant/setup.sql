-- A grant made directly.
GRANT SELECT ON cpd.person TO ice;
