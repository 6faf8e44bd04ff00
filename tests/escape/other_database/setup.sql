-- A30: a view of another database of the server leads back through a foreign server; its CONNECT is PUBLIC's by default.
ALTER ROLE owner1 LOGIN PASSWORD 'owner1';
