SET search_path = '';
SET ROLE names;
PREPARE loot AS SELECT ssn FROM cpd.m WHERE id = 1;
SET ROLE reads;
EXECUTE loot;
