-- rules: the stored actions of rules on what affects the relation asked about.
SELECT c.name, w.ev_type::text AS event, w.rulename AS rule, w.ev_action::text AS tree, pg_get_userbyid(c.relowner) AS owner
FROM changed AS c JOIN pg_rewrite AS w ON w.ev_class = c.oid
WHERE w.ev_type IN ('2', '3', '4') AND w.ev_enabled <> 'D'
ORDER BY c.name, w.rulename
