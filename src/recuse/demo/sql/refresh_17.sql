-- refresh, from PostgreSQL 17: the job may refresh the report and nothing more.
GRANT MAINTAIN ON records.arrest_report TO nightly_job;
