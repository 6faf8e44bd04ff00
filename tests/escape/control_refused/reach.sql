SELECT pub.register(1, 'number 2');
SELECT pub.register(NULL, NULL);
SELECT pub.reset(1);
SELECT pub.rename(1, NULL);
SELECT pub.move(1, -1);
SELECT pub.archive();
SELECT pub.archive();
SELECT pub.remove(1);
