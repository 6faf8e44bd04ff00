-- The extension tcn sends the primary key of every changed row to whoever listens.
CREATE EXTENSION tcn;
ALTER TABLE cpd.person ADD PRIMARY KEY (ssn);
CREATE TRIGGER sends AFTER UPDATE ON cpd.person FOR EACH ROW EXECUTE FUNCTION triggered_change_notification('changes');
CREATE FUNCTION pub.touch() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
'UPDATE cpd.person SET district = 3 WHERE id = 1';
ALTER FUNCTION pub.touch() OWNER TO owner1;
