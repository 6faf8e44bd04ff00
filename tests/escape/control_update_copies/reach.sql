UPDATE cpd.person SET name = ssn;
UPDATE cpd.person SET name = 'SECRET-4711 is there' WHERE ssn = 'SECRET-4711';
SELECT name FROM cpd.person WHERE id = 1;
