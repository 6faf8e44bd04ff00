-- A procedure of the owner's that only finds rows by the secret, and one that hands over a value which it was given: neither copies it.
CREATE TABLE pub.change (person integer, at text);
ALTER TABLE pub.change OWNER TO owner1;
INSERT INTO pub.change VALUES (1, 'never');
CREATE PROCEDURE cpd.touch(wanted text, moment text) LANGUAGE plpgsql AS $$ BEGIN
  UPDATE pub.change SET at = moment WHERE person IN (SELECT p.id FROM cpd.person AS p WHERE p.ssn = wanted);
END $$;
ALTER PROCEDURE cpd.touch(text, text) OWNER TO owner1;
REVOKE EXECUTE ON PROCEDURE cpd.touch(text, text) FROM PUBLIC;
CALL cpd.touch('000-00-0000', 'now');
GRANT SELECT (at) ON pub.change TO ice;
