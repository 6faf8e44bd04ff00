SELECT subname FROM pg_subscription;
SELECT subconninfo FROM pg_subscription;
