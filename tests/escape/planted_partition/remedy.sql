DROP TABLE IF EXISTS pub.log_rest;
TRUNCATE mine.loot;
