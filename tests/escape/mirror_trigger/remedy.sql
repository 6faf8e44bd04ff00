DROP TRIGGER audits ON cpd.person;
TRUNCATE pub.audit;
