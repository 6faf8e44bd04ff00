DROP STATISTICS cpd.shape;
TRUNCATE pub.loot;
