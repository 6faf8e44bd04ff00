DROP TRIGGER tells ON cpd.note;
