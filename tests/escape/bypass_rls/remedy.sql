REVOKE dump FROM ice;
