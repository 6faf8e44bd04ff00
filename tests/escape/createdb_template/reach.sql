SELECT current_database() AS original \gset
CREATE DATABASE looted TEMPLATE :"original";
\connect looted
SELECT ssn FROM cpd.person WHERE id = 1;
\connect :original
DROP DATABASE looted;
