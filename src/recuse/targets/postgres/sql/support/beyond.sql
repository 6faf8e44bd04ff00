-- Whom an object is open to beside its owner, by its ACL; PUBLIC is 0. Left out is who row policies do not bind and the policy knows
-- as such: what those are granted is not the policy's to close.
CREATE OR REPLACE FUNCTION recuse.beyond(acl aclitem[], owner oid) RETURNS oid[]
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  IF coalesce(cardinality(acl), 0) = 0 THEN
    RETURN '{}';
  END IF;
  RETURN (SELECT coalesce(array_agg(DISTINCT x.grantee), '{}')
          FROM aclexplode(acl) x
          WHERE x.grantee <> beyond.owner AND NOT EXISTS (
            SELECT FROM pg_roles r
            WHERE r.oid = x.grantee
              AND (r.rolsuper OR (r.rolbypassrls OR r.rolreplication)
                                 AND EXISTS (SELECT FROM recuse.account a
                                             WHERE a.login = r.rolname AND a.login_oid = r.oid AND a.active))));
END
$recuse$;
