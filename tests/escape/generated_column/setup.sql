-- E22: a generated column has grants of its own, apart from those of the column that it is computed from.
ALTER TABLE cpd.person ADD code text GENERATED ALWAYS AS ('<' || ssn || '>') STORED;
GRANT SELECT (id, code) ON cpd.person TO ice;
