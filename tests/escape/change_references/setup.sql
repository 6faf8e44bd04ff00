-- E03: REFERENCES binds a table of one's own to this one, so that it can no longer lose a row.
ALTER TABLE cpd.person ADD PRIMARY KEY (id);
GRANT REFERENCES ON cpd.person TO ice;
GRANT CREATE ON SCHEMA pub TO ice;
