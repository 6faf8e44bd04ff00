INSERT INTO pub.v VALUES (4711, 'planted');
