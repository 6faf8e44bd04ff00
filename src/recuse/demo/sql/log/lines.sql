-- lines: every line but the ghost's four. Since 2018-12-01 a drop-down has replaced the free text of the reason.
CREATE TEMP TABLE line AS
WITH numbered AS (
    -- The slot and the part are computed before the joins, so that both are equality joins.
    SELECT i, CAST(hash(i, $seed, 1) % (SELECT CAST(count(*) AS UBIGINT) FROM slot) AS BIGINT) AS slot
    FROM range(5, $lines + 1) AS t (i)
),
drawn AS (
    SELECT
        i, login, purpose, authority, agreement, reach, first_day,
        CAST(hash(i, $seed, 2) % (8640000 * CAST(date_diff('day', first_day, end_day) AS UBIGINT)) AS BIGINT) AS hundredths,
        CAST(hash(i, $seed, 9) % CAST(parts AS UBIGINT) AS BIGINT) AS part
    FROM numbered JOIN slot USING (slot) JOIN width USING (reach)
),
dated AS (SELECT *, CAST(first_day AS TIMESTAMP) + to_milliseconds(10 * hundredths) AS ts_utc FROM drawn)
SELECT
    d.i, d.ts_utc, d.login, g.object, g.category, g.action, d.purpose, d.authority, d.agreement,
    CASE WHEN d.login = 'sheriff_011' AND hash(d.i, $seed, 3) % 10 = 0 THEN 'us.dhs.ice.ero'
         WHEN d.login = 'fusion_003' AND hash(d.i, $seed, 3) % 5 = 0 THEN 'us.dhs.ice.hsi' END AS requested_for,
    CAST(hash(d.i, $seed, 4) % 20 AS INTEGER) AS rows_returned,
    CASE WHEN d.authority LIKE 'judicial.%' OR (d.purpose = 'crim.investigation' AND hash(d.i, $seed, 5) % 3 = 0)
        THEN 'DEMO-' || year(d.ts_utc) || '-' || lpad(CAST(hash(d.i, $seed, 6) % 1000000 AS VARCHAR), 6, '0') END AS case_no,
    hash(d.i, $seed, 7) % 40 = 0 AS sealed, hash(d.i, $seed, 8) % 8 = 0 AS juvenile
FROM dated AS d JOIN glance AS g USING (reach, part);
