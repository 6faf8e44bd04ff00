-- Types too are looked up among temporary objects first: a domain of the caller stands for `text`, and its check runs as the owner.
CREATE FUNCTION pub.greet(who varchar) RETURNS varchar LANGUAGE plpgsql SECURITY DEFINER SET search_path = cpd AS
$$ DECLARE line text; BEGIN line := 'hello'; RETURN line; END $$;
ALTER FUNCTION pub.greet(varchar) OWNER TO owner1;
