DROP FUNCTION pub.lock_all();
