ALTER FUNCTION pub.is_number(text) NOT LEAKPROOF;
DROP POLICY none ON cpd.person;
