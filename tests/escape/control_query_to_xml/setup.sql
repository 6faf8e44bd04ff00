-- A37: functions that run a query given as text run it with the rights of their caller.
GRANT SELECT (id) ON cpd.person TO ice;
