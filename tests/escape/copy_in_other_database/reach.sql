\connect other
SELECT ssn FROM public.person_2019;
