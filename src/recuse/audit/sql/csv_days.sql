-- csv_days: as `parquet_days`, from text; a time is read as `csv` reads it.
WITH line AS (
    SELECT * REPLACE (
        CASE WHEN ts_utc IS NULL OR regexp_full_match(ts_utc, '\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,9})?Z?')
            THEN CAST(ts_utc AS TIMESTAMP)
            ELSE error('`ts_utc` holds what is no time in UTC')
        END AS ts_utc
    )
    FROM read_csv(
        $path, columns = $types, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        strict_mode = true, null_padding = false, ignore_errors = false
    )
)
SELECT login, CAST(ts_utc AS DATE) AS day, count(*) AS lines
FROM line
WHERE system = $system AND login IS NOT NULL AND ts_utc IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
