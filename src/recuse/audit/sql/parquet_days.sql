-- parquet_days: how many lines of a system each login has on each day.
SELECT login, CAST(ts_utc AS DATE) AS day, count(*) AS lines
FROM read_parquet($path)
WHERE system = $system AND login IS NOT NULL AND ts_utc IS NOT NULL
GROUP BY ALL
ORDER BY ALL;
