SELECT tag, changed_by, upper(words::text) FROM cpd.person;
