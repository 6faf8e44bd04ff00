BEGIN;
SELECT pub.browse();
FETCH ALL FROM shown;
