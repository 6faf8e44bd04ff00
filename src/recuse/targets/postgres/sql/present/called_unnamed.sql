-- definer functions inside operators, casts or aggregates: they run as their owner without being called by name.
SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.oid::regprocedure::text) FROM pg_proc AS p
WHERE p.prosecdef AND p.oid >= 16384 AND (
  EXISTS (SELECT FROM pg_operator AS o WHERE o.oprcode = p.oid)
  OR EXISTS (SELECT FROM pg_cast AS c WHERE c.castfunc = p.oid)
  OR EXISTS (SELECT FROM pg_aggregate AS g WHERE p.oid IN (g.aggtransfn, g.aggfinalfn, g.aggcombinefn)))
