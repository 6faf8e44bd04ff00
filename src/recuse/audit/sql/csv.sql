-- csv: as `parquet`, from text. The dialect is fixed (RFC 4180): guessing it can take a line of data for the header.
-- A time with an offset is refused, because a cast to TIMESTAMP would silently drop the offset.
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
SELECT
    COLUMNS(lambda c: list_contains($columns, c)),
    coalesce(system = $system, false) AS here,
    year(ts_utc) AS year, min(ts_utc) AS first, max(ts_utc) AS last, count(*) AS lines
FROM line
GROUP BY ALL;
