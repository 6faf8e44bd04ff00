SELECT a.district, a.is_sealed, a.is_juvenile, a.fine_cents, a.note FROM {schema}.arrest a WHERE a.arrest_id = %s
