-- REFERENCES without a place where a table can be made; a temporary one may not refer to others.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER TABLE cpd.person ADD PRIMARY KEY (id);
GRANT REFERENCES ON cpd.person TO ice;
