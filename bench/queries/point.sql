SELECT a.fine_cents, a.note FROM {schema}.arrest a WHERE a.arrest_id = %s{arrest}
