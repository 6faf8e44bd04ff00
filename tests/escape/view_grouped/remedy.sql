REVOKE SELECT ON pub.counted FROM ice;
