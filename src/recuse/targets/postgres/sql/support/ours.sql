-- Whether a role is a class of the policy, or the owner of what one class reads. A name is anybody's who may make roles: a class
-- stands in a row policy of ours on a governed table, where nobody else can put it, and an owner holds one.
CREATE OR REPLACE FUNCTION recuse.ours(role oid, kind text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN pg_get_userbyid(ours.role) ^@ ('recuse_' || ours.kind || '_') AND CASE ours.kind
    WHEN 'c' THEN EXISTS (SELECT FROM pg_policy p WHERE p.polname ^@ 'recuse_' AND ours.role = ANY (p.polroles)
                                                    AND recuse.governed(p.polrelid))
    ELSE EXISTS (SELECT FROM pg_auth_members m WHERE m.member = ours.role AND recuse.ours(m.roleid, 'c')) END;
END
$recuse$;
