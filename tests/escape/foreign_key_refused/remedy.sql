REVOKE DELETE ON pub.unit FROM ice;
