DROP TRIGGER takes ON pub.inbox;
TRUNCATE pub.loot;
