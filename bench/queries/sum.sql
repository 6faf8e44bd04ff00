SELECT sum(a.fine_cents) FROM {schema}.arrest a WHERE true{arrest}
