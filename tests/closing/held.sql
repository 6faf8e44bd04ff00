-- Everything that anybody holds: grants by each grantor, memberships, attributes, what fires. One line a thing.
WITH acl (object, acl) AS (
  SELECT format('relation %s', c.oid::regclass), coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)) FROM pg_class AS c
  WHERE relnamespace::regnamespace::text !~ '^pg_(temp|toast)'
  UNION ALL SELECT format('column %s.%I', attrelid::regclass, attname), attacl FROM pg_attribute WHERE attacl IS NOT NULL
  UNION ALL SELECT format('function %s', oid::regprocedure), coalesce(proacl, acldefault('f', proowner)) FROM pg_proc WHERE pronamespace::regnamespace::text !~ '^pg_temp'
  UNION ALL SELECT format('schema %I', nspname), coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)'
  UNION ALL SELECT 'database', coalesce(datacl, acldefault('d', datdba)) FROM pg_database WHERE datname = current_database()
  UNION ALL SELECT format('server %I', srvname), coalesce(srvacl, acldefault('S', srvowner)) FROM pg_foreign_server
  UNION ALL SELECT format('language %I', lanname), coalesce(lanacl, acldefault('l', lanowner)) FROM pg_language
  UNION ALL SELECT 'large object', coalesce(lomacl, acldefault('L', lomowner)) FROM pg_largeobject_metadata
)
SELECT format('%s: %s to %s by %s%s', a.object, x.privilege_type, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END,
              x.grantor::regrole, CASE WHEN x.is_grantable THEN ', grantable' END)
FROM acl AS a, aclexplode(a.acl) AS x
UNION ALL
SELECT format('%s in %s: %s', member::regrole, roleid::regrole, to_jsonb(m) - '{oid,roleid,member}'::text[]) FROM pg_auth_members AS m
UNION ALL
SELECT format('%I is %s', rolname, r.key) FROM pg_roles, jsonb_each_text(to_jsonb(pg_roles)) AS r WHERE r.value = 'true'
UNION ALL
SELECT format('%s owns %s', relowner::regrole, oid::regclass) FROM pg_class WHERE relnamespace::regnamespace::text !~ '^pg_(temp|toast)'
UNION ALL
SELECT format('trigger %I fires %s', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT format('event trigger %I fires %s', evtname, evtenabled) FROM pg_event_trigger
