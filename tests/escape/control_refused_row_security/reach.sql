SELECT pub.move(1, -1);
UPDATE pub.place SET district = -1 WHERE id = 1;
INSERT INTO pub.moves VALUES (1, -1);
