REVOKE root FROM ice;
