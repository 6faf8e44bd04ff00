SELECT ssn FROM pub.outer_view WHERE id = 1;
