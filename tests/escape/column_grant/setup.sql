-- A grant on one column survives a look at table grants only.
GRANT SELECT (ssn) ON cpd.person TO ice;
