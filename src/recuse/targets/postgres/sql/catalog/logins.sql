-- logins: every role that can log in.
SELECT rolname AS name FROM role WHERE rolcanlogin ORDER BY rolname
