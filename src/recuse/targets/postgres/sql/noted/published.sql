-- published: publications name rows that leave for accounts with REPLICATION, who need none to read every change.
SELECT format('publication `%s` sends %s to accounts with REPLICATION, and no row policy binds them', pubname,
              CASE WHEN puballtables THEN 'rows of every table' ELSE 'rows of its tables' END)
FROM pg_publication ORDER BY 1
