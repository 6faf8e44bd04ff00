-- views: a simple view passes INSERT, UPDATE and DELETE on to its table with its owner's rights. Without WITH CHECK OPTION it
-- takes rows that it does not show, and changes rows so that it shows them no more.
SELECT p.privilege || ':' || v.name AS source, p.privilege || ':' || b.name AS target, 'view' AS kind,
       format('the view %s changes it with the rights of its owner %I%s', v.name, pg_get_userbyid(v.relowner),
              CASE WHEN p.privilege <> 'delete' AND o.checked IS NULL
                   THEN ', also to rows that it does not show (no WITH CHECK OPTION)' ELSE '' END) AS reason,
       CASE WHEN b.relkind = 'v' THEN NULL ELSE pg_get_userbyid(v.relowner) END AS identity
FROM changed AS v
JOIN pg_rewrite AS w ON w.ev_class = v.oid AND w.ev_type = '1'
JOIN (SELECT DISTINCT objid, refobjid FROM pg_depend
      WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass) AS d ON d.objid = w.oid
JOIN changed AS b ON b.oid = d.refobjid AND b.oid <> v.oid
CROSS JOIN (VALUES ('insert', 8), ('update', 4), ('delete', 16)) AS p (privilege, bit)
CROSS JOIN LATERAL (
  SELECT max(option_value) FILTER (WHERE option_name = 'check_option') AS checked,
         coalesce(bool_or(option_value::bool) FILTER (WHERE option_name = 'security_invoker'), false) AS invoker
  FROM pg_options_to_table(v.reloptions)
) AS o
WHERE v.relkind = 'v' AND NOT o.invoker AND pg_relation_is_updatable(v.oid, false) & p.bit <> 0
  AND NOT EXISTS (SELECT FROM pg_rewrite AS r WHERE r.ev_class = v.oid AND r.ev_type <> '1')
  AND (has_table_privilege(v.relowner, b.oid, p.privilege)
       OR (p.privilege <> 'delete' AND has_any_column_privilege(v.relowner, b.oid, p.privilege)))
