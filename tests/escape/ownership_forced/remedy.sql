REVOKE owner1 FROM ice;
