INSERT INTO pub.request (id) VALUES (1) RETURNING answer;
