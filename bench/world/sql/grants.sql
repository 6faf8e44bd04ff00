-- As it was before any directive: whole tables to whoever asked.
GRANT USAGE ON SCHEMA register TO plain, standing, permit;
GRANT SELECT ON register.person, register.arrest TO plain, standing, permit;
