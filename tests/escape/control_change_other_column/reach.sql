UPDATE cpd.person SET name = ssn;
UPDATE cpd.person SET name = '' WHERE ssn = 'SECRET-4711';
