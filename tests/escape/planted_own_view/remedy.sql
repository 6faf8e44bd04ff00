DROP VIEW IF EXISTS mine.inbox;
TRUNCATE mine.loot;
