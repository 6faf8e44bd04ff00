REVOKE SELECT ON pub.visits FROM ice;
