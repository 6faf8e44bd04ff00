-- C19 again: a view over dblink holds its connection string, and the definition of a view is readable by everyone.
ALTER ROLE owner1 LOGIN PASSWORD 'ice';
CREATE EXTENSION dblink;
DO $$ BEGIN EXECUTE format('CREATE VIEW pub.v AS SELECT * FROM public.dblink(%L, ''SELECT ssn FROM cpd.person'') AS t (ssn text)',
  format('host=127.0.0.1 port=%s dbname=%s user=owner1 password=ice', current_setting('port'), current_database())); END $$;
GRANT SELECT ON pub.v TO ice;
