-- parquet_columns: the names and types of a Parquet file's columns.
SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($path));
