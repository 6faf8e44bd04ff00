-- E13: what a failed constraint says of the row stops at the columns that may be read.
ALTER TABLE cpd.person ADD CHECK (name <> '');
GRANT SELECT (id, name), UPDATE (name) ON cpd.person TO ice;
