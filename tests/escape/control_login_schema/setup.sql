-- ice may create schemas; who has more rights has a schema of its own name, a path that names what it means, or nothing behind it.
CREATE ROLE app LOGIN;
CREATE ROLE clerk LOGIN;
CREATE ROLE guest LOGIN;
GRANT SELECT ON cpd.person TO app, clerk, guest;
CREATE TABLE public.list (id integer);
GRANT SELECT ON public.list TO app, clerk;
CREATE SCHEMA app AUTHORIZATION app;
ALTER ROLE clerk SET search_path = cpd;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO ice', current_database()); END $$;
