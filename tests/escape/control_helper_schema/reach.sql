DROP FUNCTION tools.label(integer);
CREATE FUNCTION tools.label(who integer) RETURNS varchar LANGUAGE sql AS 'SELECT ssn FROM cpd.person WHERE id = 1';
SELECT pub.title(1);
