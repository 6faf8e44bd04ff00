DROP VIEW pub.report; REVOKE SELECT ON pub.list FROM reporter;
