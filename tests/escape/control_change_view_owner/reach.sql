DELETE FROM pub.v;
UPDATE pub.v SET ssn = NULL;
DELETE FROM pub.w;
