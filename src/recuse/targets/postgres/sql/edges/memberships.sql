-- memberships: a member holds the role's grants (INHERIT), may become it (SET), may add itself to it (ADMIN OPTION).
-- From PostgreSQL 16 each membership says which, per grantor; before, the member's own INHERIT attribute decides and
-- every member may SET ROLE (to_jsonb reads the columns that 15 lacks). Only a superuser can grant a superuser's role.
SELECT 'role:' || m.member AS source, 'role:' || m.granted AS target, way.kind,
       format('%s, by %I', way.reason, m.grantor) AS reason, way.attempt, way.only_as, way.identity,
       ARRAY['membership', m.granted, m.member, m.grantor, m.admin_option::text, m.inherit_option::text, m.set_option::text] AS ends
FROM (
  SELECT r.rolname AS granted, r.rolsuper, m.rolname AS member, pg_get_userbyid(a.grantor) AS grantor, a.admin_option,
         coalesce((to_jsonb(a) ->> 'inherit_option')::bool, m.rolinherit) AS inherit_option,
         coalesce((to_jsonb(a) ->> 'set_option')::bool, true) AS set_option
  FROM pg_auth_members AS a JOIN role AS r ON r.oid = a.roleid JOIN role AS m ON m.oid = a.member
) AS m
CROSS JOIN LATERAL (VALUES
  ('membership', m.inherit_option, format('%I inherits from %I as its member', m.member, m.granted), NULL, NULL, NULL),
  ('SET ROLE', m.set_option, format('%I may become %I as its member', m.member, m.granted),
   format('SET ROLE %I', m.granted), m.member, m.granted),
  ('ADMIN OPTION', m.admin_option AND NOT m.rolsuper,
   format('%I may grant membership in %I to anyone, itself too', m.member, m.granted),
   format('GRANT %I TO SESSION_USER%s; SET ROLE %1$I', m.granted,
          CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH SET TRUE' END), NULL, m.granted)
) AS way (kind, holds, reason, attempt, only_as, identity)
WHERE way.holds
UNION ALL
-- The owner of a database is a member of pg_database_owner in it; the catalog holds no row of that.
SELECT o.node, 'role:pg_database_owner', 'membership', format('%I owns the database %I', o.rolname, d.datname),
       NULL, NULL, NULL, NULL
FROM pg_database AS d JOIN role AS o ON o.oid = d.datdba
WHERE d.datname = current_database()
