-- grants: who reads the warehouse as it was before any directive: by a group, by PUBLIC, and through the server itself.
GRANT USAGE ON SCHEMA stock TO PUBLIC;
GRANT SELECT ON stock.arrest_extract TO PUBLIC;
GRANT SELECT, INSERT ON stock.arrest_extract TO nightly_job;
GRANT SELECT ON stock.gang_extract TO partner_read;
