-- shared accounts: logins that are used from several addresses at once: who acts cannot be told from the login.
SELECT 'login:' || a.usename AS source, 'shared:' AS target, 'shared account' AS kind,
       format('%I is connected from %s addresses now', a.usename, count(DISTINCT a.client_addr)) AS reason
FROM pg_stat_activity AS a JOIN role AS r ON r.rolname = a.usename AND r.rolcanlogin
WHERE a.client_addr IS NOT NULL
GROUP BY a.usename HAVING count(DISTINCT a.client_addr) > 1
