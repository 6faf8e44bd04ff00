-- Which tables a publication sends to those who subscribe.
SELECT pubname::text, schemaname || '.' || tablename FROM pg_catalog.pg_publication_tables;
