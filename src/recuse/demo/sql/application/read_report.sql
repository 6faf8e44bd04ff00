SELECT district, count(*) AS arrests FROM records.arrest_report GROUP BY district ORDER BY district
