DROP TABLE IF EXISTS pub.log;
TRUNCATE mine.loot;
