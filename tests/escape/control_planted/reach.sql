CREATE OR REPLACE FUNCTION pub.label(who integer) RETURNS varchar LANGUAGE sql AS 'SELECT ssn FROM cpd.person WHERE id = 1';
SELECT pub.title(1);
INSERT INTO pub.notes (line) VALUES ('x') RETURNING *;
