SELECT query_to_xml('SELECT ssn FROM cpd.person', true, false, '');
SELECT table_to_xml('cpd.person', true, false, '');
SELECT schema_to_xml('cpd', true, false, '');
