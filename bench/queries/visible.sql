SELECT count(*) FROM {schema}.arrest a WHERE true{arrest}
