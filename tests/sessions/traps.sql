-- Everything of users that could run while somebody looks: each draws from a sequence, which no rollback undoes, writes into an
-- audit table, and notifies.
CREATE SCHEMA audit;
CREATE SEQUENCE audit.drawn;
CREATE TABLE audit.log (id serial PRIMARY KEY, what text NOT NULL);
CREATE FUNCTION audit.note(what text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
  'BEGIN PERFORM nextval(''audit.drawn''); INSERT INTO audit.log (what) VALUES (what); PERFORM pg_notify(''audit'', what); RETURN true; END';
CREATE FUNCTION audit.draw(what text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
  'BEGIN RETURN nextval(''audit.drawn'') > 0; END';
CREATE FUNCTION audit.fixed(number integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
  'BEGIN PERFORM nextval(''audit.drawn''); RETURN number; END';
CREATE FUNCTION audit.trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
  'BEGIN PERFORM audit.note(tg_name); RETURN new; END';
CREATE FUNCTION audit.event() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
  'BEGIN PERFORM audit.note(tg_event); END';
GRANT USAGE ON SCHEMA audit TO PUBLIC;

-- On writes: triggers of a table, of a child, of a partition; rules; checks, generated columns and indexes.
CREATE TRIGGER before_row BEFORE UPDATE ON lab.person FOR EACH ROW EXECUTE FUNCTION audit.trigger();
CREATE TRIGGER before_statement BEFORE UPDATE ON lab.holder EXECUTE FUNCTION audit.trigger();
CREATE TRIGGER of_child BEFORE UPDATE ON lab.vehicle FOR EACH ROW EXECUTE FUNCTION audit.trigger();
CREATE TRIGGER of_partition BEFORE UPDATE ON lab.event_c1 FOR EACH ROW EXECUTE FUNCTION audit.trigger();
CREATE RULE also AS ON UPDATE TO lab.note DO ALSO INSERT INTO audit.log (what) VALUES ('rule');
ALTER TABLE lab.loan ADD CONSTRAINT checked CHECK (audit.fixed(id) > 0);
CREATE INDEX indexed ON lab.undecided (audit.fixed(id));
ALTER TABLE lab.ward ADD COLUMN made integer GENERATED ALWAYS AS (audit.fixed(id)) STORED;
-- On reads: row policies that are not ours, one of which calls nothing but the server's own function, and a view.
CREATE POLICY theirs ON lab.claim AS RESTRICTIVE USING (audit.draw(body));
CREATE POLICY theirs ON lab.booking AS RESTRICTIVE USING (nextval('audit.drawn') > 0);
CREATE OR REPLACE VIEW lab.person_list AS SELECT id, badge, name FROM lab.person WHERE audit.note(name);
-- Of nobody's rows: what cannot be updated at all, since it is published without an identity.
ALTER TABLE lab.visit REPLICA IDENTITY NOTHING;
CREATE PUBLICATION visits FOR TABLE lab.visit;
-- On tables made and dropped, also for a replica.
CREATE EVENT TRIGGER at_start ON ddl_command_start EXECUTE FUNCTION audit.event();
CREATE EVENT TRIGGER at_end ON ddl_command_end EXECUTE FUNCTION audit.event();
ALTER EVENT TRIGGER at_end ENABLE ALWAYS;
CREATE EVENT TRIGGER at_drop ON sql_drop EXECUTE FUNCTION audit.event();
ALTER EVENT TRIGGER at_drop ENABLE REPLICA;
