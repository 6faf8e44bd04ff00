-- What ice owns and whose readers have nothing to lose; and what it may read of others, whose row policies it cannot write.
CREATE ROLE weak;
CREATE TABLE pub.limits (line text);
ALTER TABLE pub.limits OWNER TO ice;
GRANT SELECT ON pub.limits TO weak;
CREATE TABLE pub.others (line text);
ALTER TABLE pub.others OWNER TO owner1;
GRANT SELECT ON pub.others TO ice;
CREATE FUNCTION pub.job() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'SELECT count(*) FROM pub.others';
ALTER FUNCTION pub.job() OWNER TO owner1;
CREATE FUNCTION pub.plain(line text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
ALTER FUNCTION pub.plain(text) OWNER TO ice; -- ice may not create in pub, so it cannot write it anew
CREATE STATISTICS cpd.shape ON (pub.plain(name)) FROM cpd.person;
