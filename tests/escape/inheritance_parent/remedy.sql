REVOKE SELECT ON pub.someone FROM ice;
