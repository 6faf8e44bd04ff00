CREATE OR REPLACE FUNCTION pub.next_label() RETURNS varchar LANGUAGE sql AS 'SELECT ssn FROM cpd.person WHERE id = 1';
SELECT pub.letter();
