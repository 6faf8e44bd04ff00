-- grants: access as it was before any directive: groups, direct grants, columns, PUBLIC.
GRANT USAGE ON SCHEMA records, exchange TO PUBLIC;
GRANT SELECT ON records.crime_map TO PUBLIC;

GRANT SELECT ON ALL TABLES IN SCHEMA records TO cpd_staff;
GRANT INSERT, UPDATE ON records.person, records.arrest, records.incident, records.custody, records.gang_card,
    records.victim_witness, records.case_note TO cpd_editors;
GRANT DELETE ON records.case_note TO cpd_editors;
GRANT USAGE ON SEQUENCE records.arrest_id_seq TO cpd_editors;
GRANT SELECT ON records.arrest, records.incident, records.victim_witness TO cpd_analysts;
GRANT cpd_staff TO cpd_editors;
GRANT cpd_editors TO records_app, records_clerk_01, records_clerk_02, patrol_terminal, patrol_104, patrol_077,
    detective_211, detective_212, youth_301, youth_302;
GRANT cpd_staff, cpd_analysts TO lab_401, planning_501;

GRANT SELECT ON records.person, records.arrest, records.incident, records.custody TO partner_read;
GRANT partner_read TO sheriff_desk, sheriff_jail, sheriff_011, isp_desk, isp_liaison, isp_007, ice_ero_desk, ice_ero_017,
    ice_hsi_desk, ice_hsi_005, cbp_desk, fbi_cleartask, fbi_101, fbi_102, dea_desk, dea_201, usms_desk, fusion_desk, fusion_003;
GRANT SELECT (person_id, family_name, given_name, birth_date), SELECT (birth_country) ON records.person TO uscis_desk;
GRANT SELECT ON records.status_exchange TO uscis_desk, ice_ero_desk;
GRANT SELECT ON records.arrest, records.custody TO atf_301;
GRANT SELECT ON records.arrest TO usms_402;
GRANT SELECT ON records.gang_card TO fusion_desk, dea_201;
GRANT SELECT ON records.alpr_read TO fbi_101, cbp_desk;
GRANT SELECT, INSERT ON records.alpr_read TO plate_vendor;

-- The nightly job and its report. The report has an owner of its own, so that the job need not be a member of the
-- owner of every table.
GRANT SELECT ON records.arrest TO report_owner;
GRANT USAGE, CREATE ON SCHEMA records TO report_owner;
SET LOCAL ROLE report_owner;
CREATE MATERIALIZED VIEW records.arrest_report AS
    SELECT arrest_id, person_id, (arrested_at AT TIME ZONE 'UTC')::date AS arrested_on, charge, district
    FROM records.arrest;
GRANT SELECT ON records.arrest_report TO cpd_staff;
RESET ROLE;
REVOKE CREATE ON SCHEMA records FROM report_owner;
GRANT SELECT ON records.incident, records.custody TO nightly_job;
GRANT UPDATE (status) ON records.custody TO nightly_job;
GRANT INSERT, DELETE ON records.crime_map TO nightly_job;
GRANT SELECT ON records.arrest_report TO nightly_job;
