DO $$
DECLARE byte text; seen text := '';
BEGIN
  FOR n IN 0 .. pg_relation_size('cpd.person') - 1 LOOP
    BEGIN
      byte := pg_read_file(pg_relation_filepath('cpd.person'), n, 1);
    EXCEPTION WHEN OTHERS THEN byte := '';
    END;
    seen := seen || byte;
  END LOOP;
  RAISE NOTICE '%', seen;
END $$;
