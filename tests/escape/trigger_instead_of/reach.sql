INSERT INTO pub.desk (id) VALUES (1) RETURNING answer;
