ALTER FUNCTION pub.next_label() OWNER TO owner1;
CREATE OR REPLACE FUNCTION pub.next_label() RETURNS varchar LANGUAGE sql AS $$ SELECT 'new' $$;
