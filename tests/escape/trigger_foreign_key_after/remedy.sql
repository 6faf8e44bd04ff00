DROP TRIGGER logs ON cpd.paper;
