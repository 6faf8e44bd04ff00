SELECT * FROM dblink('loop', 'SELECT ssn FROM cpd.person WHERE id = 1') AS t (ssn text);
