CREATE TEMPORARY TABLE loot (line text);
SELECT format('COPY loot FROM %L (ENCODING ''SQL_ASCII'')', pg_relation_filepath('cpd.person')) \gexec
SELECT pg_read_binary_file(pg_relation_filepath('cpd.person'));
SELECT line FROM loot;
