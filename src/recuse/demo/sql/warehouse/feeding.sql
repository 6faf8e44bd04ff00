-- feeding: what the extract needs in the register.
GRANT SELECT ON records.arrest TO nightly_job;
