-- F11: who may create schemas makes the one that bears an account's name, into which that account looks first by default.
CREATE ROLE app LOGIN;
GRANT SELECT ON cpd.person TO app;
CREATE TABLE public.list (id integer);
GRANT SELECT ON public.list TO app;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO ice', current_database()); END $$;
