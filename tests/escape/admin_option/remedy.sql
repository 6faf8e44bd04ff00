REVOKE analysts FROM keeper;
