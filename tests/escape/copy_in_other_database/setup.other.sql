CREATE TABLE public.person_2019 (id integer, name text, ssn text, immigration text, district integer);
INSERT INTO public.person_2019 VALUES (1, 'name 1', 'SECRET-4711', 'none', 1);
GRANT SELECT ON public.person_2019 TO ice;
