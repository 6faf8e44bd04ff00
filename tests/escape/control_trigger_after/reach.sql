INSERT INTO pub.inbox VALUES (1) RETURNING note;
SELECT * FROM pub.inbox;
