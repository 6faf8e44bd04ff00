REVOKE SELECT (visitor) ON pub.visit FROM ice;
