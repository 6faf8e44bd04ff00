DROP TRIGGER hands_on ON cpd.person; TRUNCATE pub.feed;
