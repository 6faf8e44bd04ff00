REVOKE copier FROM ice;
