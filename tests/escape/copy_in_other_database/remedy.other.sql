REVOKE SELECT ON public.person_2019 FROM ice;
