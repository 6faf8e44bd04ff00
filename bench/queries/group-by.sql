SELECT a.district, count(*), sum(a.fine_cents) FROM {schema}.arrest a WHERE true{arrest} GROUP BY a.district ORDER BY a.district
