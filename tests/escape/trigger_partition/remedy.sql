DROP TRIGGER tells ON cpd.event_1;
