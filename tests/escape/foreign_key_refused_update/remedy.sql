REVOKE UPDATE (district) ON pub.unit FROM ice;
