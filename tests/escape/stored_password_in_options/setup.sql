-- The options of a foreign server are readable by everyone, and a wrapper without a validator takes a password among them.
ALTER ROLE owner1 LOGIN PASSWORD 'ice';
CREATE FOREIGN DATA WRAPPER plain;
CREATE SERVER loads FOREIGN DATA WRAPPER plain OPTIONS (host '127.0.0.1', "user" 'owner1', password 'ice');
