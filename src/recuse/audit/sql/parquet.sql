-- parquet: equal lines of the log counted together, with the first and last time of each.
SELECT
    COLUMNS(lambda c: list_contains($columns, c)),
    coalesce(system = $system, false) AS here,
    year(ts_utc) AS year, min(ts_utc) AS first, max(ts_utc) AS last, count(*) AS lines
FROM read_parquet($path)
GROUP BY ALL;
