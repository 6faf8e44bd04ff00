CREATE EXTENSION postgres_fdw;
DO $$ BEGIN EXECUTE format('CREATE SERVER records FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host ''127.0.0.1'', port %L, dbname %L)',
  current_setting('port'), (SELECT datname FROM pg_database WHERE datname ~ '^t_')); END $$;
CREATE USER MAPPING FOR owner1 SERVER records OPTIONS (user 'owner1', password 'owner1');
CREATE FOREIGN TABLE public.numbers (id integer, number text OPTIONS (column_name 'ssn')) SERVER records
  OPTIONS (schema_name 'cpd', table_name 'person');
ALTER TABLE public.numbers OWNER TO owner1;
CREATE VIEW public.v AS SELECT * FROM public.numbers;
ALTER VIEW public.v OWNER TO owner1;
GRANT SELECT ON public.v TO ice;
