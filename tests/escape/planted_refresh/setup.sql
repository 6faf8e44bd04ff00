-- A materialized view calls an aggregate of a function that ice owns; refreshing runs it as the owner of the view, whoever asks for it.
GRANT CREATE ON SCHEMA pub TO ice;
CREATE FUNCTION pub.more(integer, integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 + $2';
ALTER FUNCTION pub.more(integer, integer) OWNER TO ice;
CREATE AGGREGATE pub.total(integer) (SFUNC = pub.more, STYPE = integer, INITCOND = '0');
CREATE MATERIALIZED VIEW cpd.totals AS SELECT pub.total(n) FROM generate_series(1, 2) AS n;
ALTER MATERIALIZED VIEW cpd.totals OWNER TO owner1;
CREATE TABLE pub.loot (line text);
ALTER TABLE pub.loot OWNER TO ice;
GRANT INSERT ON pub.loot TO PUBLIC;
