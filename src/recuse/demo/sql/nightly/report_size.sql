SELECT count(*) FROM records.arrest_report
