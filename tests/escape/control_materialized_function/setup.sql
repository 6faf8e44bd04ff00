-- Materialized views of functions: one counts, one reads another column, one is of an owner who may not read.
CREATE FUNCTION cpd.many() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT count(*) FROM cpd.person';
ALTER FUNCTION cpd.many() OWNER TO owner1;
CREATE FUNCTION cpd.names() RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS 'SELECT name FROM cpd.person';
CREATE MATERIALIZED VIEW pub.counted AS SELECT cpd.many();
CREATE MATERIALIZED VIEW pub.named AS SELECT n AS line FROM cpd.names() AS n;
CREATE FUNCTION cpd.numbers() RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS 'SELECT ssn FROM cpd.person';
CREATE ROLE weak;
CREATE MATERIALIZED VIEW pub.empty AS SELECT n AS line FROM cpd.numbers() AS n WITH NO DATA;
ALTER MATERIALIZED VIEW pub.empty OWNER TO weak;
GRANT SELECT ON pub.counted, pub.named, pub.empty TO ice;
