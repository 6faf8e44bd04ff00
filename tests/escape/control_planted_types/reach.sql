CREATE OR REPLACE FUNCTION pub.written(pub.code) RETURNS text LANGUAGE sql AS 'SELECT ssn FROM cpd.person WHERE id = 1';
CREATE OR REPLACE FUNCTION pub.year_of(text) RETURNS integer LANGUAGE sql AS 'SELECT 1 FROM cpd.person';
CREATE OR REPLACE FUNCTION pub.compared(text, text) RETURNS integer LANGUAGE sql AS 'SELECT 1 FROM cpd.person';
SELECT row(1)::pub.code::text;
