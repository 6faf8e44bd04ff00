INSERT INTO pub.request VALUES (1) RETURNING *;
UPDATE cpd.person SET district = 2;
SELECT id FROM pub.log;
SELECT * FROM cpd.history;
