INSERT INTO pub.inbox VALUES (1);
