DROP OPERATOR CLASS pub.by_words USING btree CASCADE;
TRUNCATE mine.loot;
