SELECT line FROM pub.nightly;
CALL pub.loot();
SELECT line FROM pub.loot;
