REVOKE SELECT ON pub.extract FROM ice;
