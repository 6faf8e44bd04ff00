REVOKE SELECT ON pub.common FROM ice;
