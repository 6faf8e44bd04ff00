DROP TRIGGER fills ON pub.request; TRUNCATE pub.request;
