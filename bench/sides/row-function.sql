-- A function that is asked for every row, left PARALLEL UNSAFE as functions are unless somebody says otherwise.
CREATE FUNCTION access.may_read(asked_district text, sealed boolean, juvenile boolean) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN NOT sealed AND NOT juvenile AND EXISTS (
    SELECT FROM access.assignment p JOIN access.member m USING (member_id)
    WHERE m.login = session_user AND p.district = asked_district AND p.valid_until > now());
END
$$;
CREATE POLICY row_function ON register.arrest FOR SELECT TO {login} USING (access.may_read(district, is_sealed, is_juvenile));
GRANT USAGE ON SCHEMA register, access TO {login};
GRANT SELECT ON register.arrest TO {login};
