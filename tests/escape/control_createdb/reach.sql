SELECT current_database() AS original \gset
CREATE DATABASE looted TEMPLATE :"original";
CREATE DATABASE looted TEMPLATE template1;
SELECT ssn FROM cpd.person WHERE id = 1;
DROP DATABASE looted;
