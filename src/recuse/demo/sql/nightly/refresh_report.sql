REFRESH MATERIALIZED VIEW records.arrest_report
