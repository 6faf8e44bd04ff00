\connect other
SELECT number FROM public.v WHERE id = 1;
