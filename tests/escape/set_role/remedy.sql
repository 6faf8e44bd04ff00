REVOKE analysts FROM ice;
