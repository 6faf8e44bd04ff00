SELECT count(*), sum(a.fine_cents) FROM {schema}.arrest a WHERE a.arrested_on >= %s AND a.arrested_on < %s{arrest}
