-- Settings of the transaction in which one statement is judged; nothing of it stays. Constants are read as the parser of
-- `judge.py` reads them. The role comes last: another role may not be allowed to set the rest.
SELECT pg_catalog.set_config('transaction_read_only', 'on', true),
       pg_catalog.set_config('standard_conforming_strings', 'on', true),
       pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true),
       pg_catalog.set_config('search_path', %s, true),
       pg_catalog.set_config('statement_timeout', %s, true),
       pg_catalog.set_config('role', %s, true)
