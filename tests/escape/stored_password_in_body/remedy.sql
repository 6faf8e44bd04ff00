DROP FUNCTION cpd.nightly();
ALTER ROLE owner1 PASSWORD 'another';
