REVOKE SELECT ON pg_subscription FROM ice;
ALTER ROLE owner1 PASSWORD 'another';
