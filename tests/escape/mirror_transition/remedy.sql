DROP TRIGGER journals ON cpd.person; TRUNCATE pub.journal;
