-- A definer function deletes a row that another table refers to by the secret: the error quotes the key that is still used.
ALTER TABLE cpd.person ADD PRIMARY KEY (ssn);
CREATE TABLE cpd.case_of (ssn text REFERENCES cpd.person);
INSERT INTO cpd.case_of VALUES ('SECRET-4711');
CREATE FUNCTION pub.forget(who integer) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ BEGIN DELETE FROM cpd.person WHERE id = who; END $$;
ALTER TABLE cpd.case_of OWNER TO owner1;
ALTER FUNCTION pub.forget(integer) OWNER TO owner1;
