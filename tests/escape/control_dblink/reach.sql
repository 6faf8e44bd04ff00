SELECT format('SELECT dblink_connect(''c'', %L)', format('host=127.0.0.1 port=%s dbname=%s user=trusted', current_setting('port'), current_database())) \gexec
SELECT dblink_exec('c', 'SET ROLE readers');
SELECT * FROM dblink('c', 'SELECT ssn FROM cpd.person WHERE id = 1') AS t (ssn text);
