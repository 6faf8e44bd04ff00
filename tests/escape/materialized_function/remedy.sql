REVOKE SELECT ON pub.report FROM ice;
