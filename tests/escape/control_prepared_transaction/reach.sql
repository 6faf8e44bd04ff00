COMMIT PREPARED 'rows';
COMMIT PREPARED 'theirs';
SELECT ssn FROM cpd.person WHERE id = 1;
