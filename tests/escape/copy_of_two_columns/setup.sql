-- A part of the columns, with what whoever copies adds, and everything as text.
CREATE TABLE pub.x AS SELECT name, ssn::varchar(20) AS "SSN", now() AS loaded_at FROM cpd.person;
GRANT SELECT ON pub.x TO ice;
