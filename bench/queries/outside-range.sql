SELECT a.district, a.is_sealed, a.is_juvenile, a.fine_cents
FROM {schema}.arrest a WHERE a.arrested_on >= %s AND a.arrested_on < %s
