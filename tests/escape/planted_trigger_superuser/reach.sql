SELECT * FROM pub.loot;
