DROP CAST (pub.code AS text);
TRUNCATE mine.loot;
