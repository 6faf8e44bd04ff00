-- The class that a permit like this would enter by the policy applied here; NULL where it opens nothing. What the class may do is in
-- the catalogs, which everyone reads.
CREATE OR REPLACE FUNCTION recuse.class_of(login name, purpose text, authority text, agreement text) RETURNS name
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN (SELECT d.class_role FROM recuse.declaration d WHERE (d.login, d.purpose, d.authority, d.agreement)
          = (class_of.login, class_of.purpose, class_of.authority, coalesce(class_of.agreement, '')));
END
$recuse$;
