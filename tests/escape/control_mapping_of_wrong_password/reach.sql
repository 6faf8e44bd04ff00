IMPORT FOREIGN SCHEMA cpd LIMIT TO (person) FROM SERVER loop INTO pg_temp;
SELECT ssn FROM pg_temp.person WHERE id = 1;
