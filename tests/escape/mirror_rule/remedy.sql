DROP RULE keeps ON cpd.person;
TRUNCATE pub.history;
