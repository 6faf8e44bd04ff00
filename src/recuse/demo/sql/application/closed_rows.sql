SELECT count(*) FILTER (WHERE is_sealed) AS sealed, count(*) FILTER (WHERE is_juvenile) AS juvenile FROM records.person
