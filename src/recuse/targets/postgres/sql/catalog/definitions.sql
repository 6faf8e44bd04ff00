-- definitions: the stored query of each view, materialized view and rule: whose rights it runs with, and what it calls.
SELECT r.oid AS relation, r.node, r.name, r.relkind::text AS kind, w.ev_type::text AS event, w.rulename AS rule,
       w.ev_action::text AS tree, CASE WHEN w.ev_type <> '1' THEN pg_get_ruledef(w.oid) END AS text, r.relowner AS owner, pg_get_userbyid(r.relowner) AS owner_name,
       EXISTS (SELECT FROM pg_options_to_table(r.reloptions) AS o
               WHERE o.option_name = 'security_invoker' AND o.option_value::bool) AS invoker,
       EXISTS (SELECT FROM pg_options_to_table(r.reloptions) AS o
               WHERE o.option_name = 'security_barrier' AND o.option_value::bool) AS barrier,
       ARRAY(SELECT DISTINCT format('function:%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))
             FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.refobjid JOIN pg_namespace AS n ON n.oid = p.pronamespace
             WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass
               AND p.oid >= 16384) AS calls
FROM relation AS r
JOIN pg_rewrite AS w ON w.ev_class = r.oid
WHERE w.ev_enabled <> 'D'
ORDER BY r.node, w.rulename
