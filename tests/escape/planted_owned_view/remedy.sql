DROP VIEW IF EXISTS pub.limits;
