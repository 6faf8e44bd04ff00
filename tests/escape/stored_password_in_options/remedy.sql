ALTER ROLE owner1 PASSWORD 'another';
