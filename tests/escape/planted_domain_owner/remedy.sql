ALTER DOMAIN mine.title DROP CONSTRAINT takes;
ALTER DOMAIN mine.title OWNER TO owner1;
TRUNCATE mine.loot;
