DROP POLICY own ON pub.log;
