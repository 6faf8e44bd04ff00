REVOKE INSERT ON pub.inbox FROM owner1;
TRUNCATE pub.inbox;
