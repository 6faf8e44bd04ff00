-- log: the lines in order of time, with what the record of LAW.md C.6 calls each thing. The reason is synthetic text.
CREATE TEMP TABLE log AS
SELECT
    row_number() OVER () AS event_id,
    l.ts_utc,
    'clear' AS system,
    l.login,
    l.agency,
    l.object,
    l.category,
    l.action,
    l.rows_returned,
    l.purpose,
    l.authority,
    l.agreement,
    l.requested_for,
    l.case_no,
    CASE
        WHEN l.ts_utc >= TIMESTAMP '2018-12-01' THEN CASE
            WHEN l.purpose LIKE 'own.%' OR l.purpose LIKE 'crim.%' THEN 'Criminal investigation - '
            WHEN hash(l.i, $seed, 10) % 500 = 0 THEN 'Immigration (civil/administrative) - '
            ELSE 'Other - ' END
        WHEN l.requested_for IS NOT NULL THEN 'assist ' || l.requested_for
        WHEN l.purpose = 'imm.civil_enforcement' AND hash(l.i, $seed, 10) % 10 = 0 THEN 'immigration hold'
        WHEN l.case_no IS NOT NULL THEN 'case ' || l.case_no
        WHEN hash(l.i, $seed, 10) % 20 = 0 THEN NULL
        ELSE 'inv' END AS reason_text,
    CASE WHEN l.object IN ('records.person', 'records.arrest', 'records.incident', 'records.custody', 'records.gang_card') THEN l.sealed END AS row_sealed,
    CASE WHEN l.object IN ('records.person', 'records.arrest', 'records.incident', 'records.custody', 'records.gang_card', 'records.victim_witness') THEN l.juvenile END AS row_juvenile,
    'allow' AS decision
FROM (SELECT * FROM line JOIN account USING (login) ORDER BY ts_utc, i) AS l;
