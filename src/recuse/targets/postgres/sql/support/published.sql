-- Publications that this transaction made, or gave a table or a schema, with the governed tables whose rows they send away.
CREATE OR REPLACE FUNCTION recuse.published()
RETURNS TABLE (class oid, object oid, grantees oid[], refused boolean, name text, detail text)
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
BEGIN
  RETURN QUERY
    SELECT 'pg_publication'::regclass::oid, p.oid, '{}'::oid[], true, format('publication %I', p.pubname),
           'it publishes ' || string_agg(DISTINCT c.oid::regclass::text, ', ')
    FROM pg_publication p CROSS JOIN LATERAL pg_get_publication_tables(p.pubname) t JOIN pg_class c ON c.oid = t.relid
    WHERE recuse.governed(c.oid)
      AND (age(p.xmin) <= 0
           OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = c.oid AND age(r.xmin) <= 0)
           OR EXISTS (SELECT FROM pg_publication_namespace n WHERE n.pnpubid = p.oid AND n.pnnspid = c.relnamespace AND age(n.xmin) <= 0))
    GROUP BY p.oid, p.pubname;
END
$recuse$;
