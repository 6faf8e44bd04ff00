-- refresh, before PostgreSQL 17: only an owner refreshes, so the job is a member of the report's owner.
GRANT report_owner TO nightly_job;
