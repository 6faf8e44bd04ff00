CREATE OR REPLACE FUNCTION pub.shown(n integer) RETURNS varchar LANGUAGE sql AS 'SELECT ssn FROM cpd.person WHERE id = 1';
SELECT pub.read_board();
