REVOKE clerk FROM ice;
