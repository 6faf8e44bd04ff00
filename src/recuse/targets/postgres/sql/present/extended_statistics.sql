-- extended statistics: they hold values of columns.
SELECT string_agg(format('%I.%I', n.nspname, e.stxname), ', ' ORDER BY n.nspname, e.stxname)
FROM pg_statistic_ext AS e JOIN pg_namespace AS n ON n.oid = e.stxnamespace
