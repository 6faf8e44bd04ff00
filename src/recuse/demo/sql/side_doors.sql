-- side doors: planted; each lets a barred login read on after the front door is closed (doors.py names them).

-- second_grantor: the liaison may pass its own right on, and did.
GRANT SELECT ON records.gang_card TO isp_liaison WITH GRANT OPTION;
SET LOCAL ROLE isp_liaison;
GRANT SELECT ON records.gang_card TO cbp_intel;
RESET ROLE;

SET LOCAL ROLE records_owner;
-- definer_view: reads with its owner's rights, whoever asks.
CREATE VIEW exchange.person_contact AS SELECT person_id, home_address, phone FROM records.person;
GRANT SELECT ON exchange.person_contact TO dhs_ia_003;

-- definer_function: runs with its owner's rights, and everybody may run it unless somebody says otherwise.
CREATE FUNCTION exchange.release_of(wanted integer) RETURNS TABLE (custody_id integer, release_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT c.custody_id, c.release_at FROM records.custody AS c WHERE c.person_id = wanted;
    END;

-- materialized_copy: a project of years ago left it behind.
CREATE MATERIALIZED VIEW analysis.gang_extract AS SELECT card_id, person_id, designation, filed_on FROM records.gang_card;
GRANT USAGE ON SCHEMA analysis TO ice_hsi_desk;
GRANT SELECT ON analysis.gang_extract TO ice_hsi_desk;

-- default_privilege: the next table is open to partners before anybody has looked at it.
ALTER DEFAULT PRIVILEGES IN SCHEMA records GRANT SELECT ON TABLES TO partner_read;
RESET ROLE;

-- inactive_account: closed on paper, alive in the database.
GRANT SELECT ON records.incident TO ice_inactive;
