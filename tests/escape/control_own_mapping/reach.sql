IMPORT FOREIGN SCHEMA cpd LIMIT TO (person) FROM SERVER loop INTO pg_temp;
SELECT ssn FROM pg_temp.person WHERE id = 1;
SELECT * FROM dblink('loop', 'SELECT ssn FROM cpd.person WHERE id = 1') AS t (ssn text);
SELECT umoptions FROM pg_user_mappings;
