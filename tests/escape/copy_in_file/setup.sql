-- An export that the server shows as a table: file_fdw reads a file of the server.
CREATE EXTENSION file_fdw;
CREATE SERVER exports FOREIGN DATA WRAPPER file_fdw;
DO $$ BEGIN
  EXECUTE format('COPY cpd.person TO %L WITH (FORMAT csv)', current_setting('data_directory') || '/person.csv');
  EXECUTE format('CREATE FOREIGN TABLE pub.export (id integer, name text, ssn text, immigration text, district integer) '
                 'SERVER exports OPTIONS (filename %L, format ''csv'')', current_setting('data_directory') || '/person.csv');
END $$;
GRANT SELECT ON pub.export TO ice;
