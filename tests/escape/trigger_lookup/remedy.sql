REVOKE INSERT ON pub.inbox FROM ice;
