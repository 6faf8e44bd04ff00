REVOKE names FROM ice;
