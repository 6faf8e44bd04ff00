INSERT INTO cpd.person AS p (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = '' WHERE (p.ssn || '!')::integer = 0;
