-- What one command made or opened: a new object with those whom it is open to beside its owner, or what the policy forbids. Temporary
-- objects are their session's alone; the members of extensions are not the policy's. A view of governed tables is made anew by whatever
-- changes it: its owner or an option can be all that kept it shut.
CREATE OR REPLACE FUNCTION recuse.opened(of_class oid, of_object oid, tag text)
RETURNS TABLE (code text, class oid, object oid, grantees oid[], refused boolean, name text, detail text)
LANGUAGE plpgsql STABLE SECURITY INVOKER PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $recuse$
DECLARE
  made constant boolean := tag LIKE 'CREATE %' OR tag = 'SELECT INTO';
  relation record;
  reading regclass[];
BEGIN
  class := of_class;
  object := of_object;
  refused := false;
  grantees := '{}';
  IF of_class = 'pg_class'::regclass THEN
    SELECT c.relkind, c.relowner, c.relacl, c.relrowsecurity AND c.relforcerowsecurity AS secured INTO relation FROM pg_class c
    WHERE c.oid = of_object AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S');
    IF NOT FOUND THEN
      RETURN;
    END IF;
    name := CASE relation.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence '
                                  WHEN 'f' THEN 'foreign table ' ELSE 'table ' END || of_object::regclass;
    detail := (SELECT string_agg(DISTINCT format('rows of %s are read through %s', i.governed, i.parent), ', ') FROM (
                 WITH RECURSIVE below (parent, child) AS (
                   SELECT i.inhparent, i.inhrelid FROM pg_inherits i
                   WHERE of_object IN (i.inhparent, i.inhrelid) AND age(i.xmin) <= 0 AND NOT recuse.governed(i.inhparent)
                   UNION SELECT b.parent, i.inhrelid FROM below b JOIN pg_inherits i ON i.inhparent = b.child)
                 SELECT b.parent::regclass, b.child::regclass AS governed FROM below b WHERE recuse.governed(b.child)) i);
    IF detail IS NOT NULL THEN
      code := 'row-security';
      refused := true;
      RETURN NEXT;
    ELSIF recuse.governed(of_object) THEN
      detail := CASE WHEN NOT relation.secured THEN 'its row security is off'
                     ELSE (SELECT format('its trigger %I is off', t.tgname) FROM pg_trigger t
                           WHERE t.tgrelid = of_object AND t.tgname ^@ 'recuse_' AND t.tgenabled <> 'A' LIMIT 1) END;
      IF detail IS NOT NULL THEN
        code := 'row-security';
        refused := true;
        RETURN NEXT;
      END IF;
      IF recuse.reowned(of_class, of_object) THEN
        code := 'owner';
        refused := true;
        detail := format('its owner is now %I', pg_get_userbyid(relation.relowner));
        RETURN NEXT;
      END IF;
      detail := (SELECT string_agg(a.attname::text, ', ' ORDER BY a.attnum) FROM pg_attribute a
                 WHERE a.attrelid = of_object AND a.attnum > 0 AND NOT a.attisdropped AND age(a.xmin) <= 0);
      IF detail IS NOT NULL THEN
        code := 'columns';
        refused := false;
        RETURN NEXT;
      END IF;
    ELSIF NOT recuse.ours(relation.relowner, 'o') THEN
      reading := CASE WHEN relation.relkind IN ('v', 'm') OR tag = 'CREATE RULE' THEN recuse.governed_by(of_object) ELSE '{}' END;
      IF NOT made AND reading = '{}' THEN
        RETURN;
      END IF;
      code := 'new-object';
      grantees := recuse.beyond(coalesce(relation.relacl, '{}') || coalesce((
        SELECT array_agg(x.acl) FROM pg_attribute a CROSS JOIN LATERAL unnest(a.attacl) x (acl) WHERE a.attrelid = of_object), '{}'),
        relation.relowner);
      detail := CASE WHEN tag IN ('CREATE TABLE AS', 'SELECT INTO') THEN 'rows that a query gave'
                     WHEN reading <> '{}' THEN 'reads ' || array_to_string(reading, ', ') ELSE '' END;
      RETURN NEXT;
    END IF;
  ELSIF of_class = 'pg_rewrite'::regclass THEN
    SELECT w.ev_class, w.rulename INTO relation FROM pg_rewrite w WHERE w.oid = of_object;
    IF recuse.governed(relation.ev_class) THEN
      code := 'row-policy';
      refused := true;
      name := 'table ' || relation.ev_class::regclass;
      detail := format('rule %I', relation.rulename);
      RETURN NEXT;
    ELSIF relation.rulename = '_RETURN' OR recuse.governed_by(relation.ev_class) <> '{}' THEN
      RETURN QUERY SELECT * FROM recuse.opened('pg_class'::regclass, relation.ev_class, tag);
    END IF;
  ELSIF of_class = 'pg_trigger'::regclass THEN
    SELECT 'table ' || t.tgrelid::regclass, format('trigger %I', t.tgname) INTO name, detail FROM pg_trigger t
    WHERE t.oid = of_object AND recuse.governed(t.tgrelid);
    IF FOUND THEN
      code := 'trigger';
      refused := true;
      RETURN NEXT;
    END IF;
  ELSIF tag IN ('CREATE PUBLICATION', 'ALTER PUBLICATION') THEN
    RETURN QUERY SELECT 'publication', p.* FROM recuse.published() p;
  ELSIF of_class = 'pg_namespace'::regclass AND made THEN
    code := 'new-object';
    grantees := (SELECT recuse.beyond(n.nspacl, n.nspowner) FROM pg_namespace n WHERE n.oid = of_object);
    name := 'schema ' || of_object::regnamespace;
    detail := '';
    RETURN NEXT;
  ELSIF of_class = 'pg_namespace'::regclass THEN
    IF recuse.reowned(of_class, of_object) AND EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = of_object AND recuse.governed(c.oid)) THEN
      code := 'owner';
      refused := true;
      SELECT 'schema ' || of_object::regnamespace, format('its owner is now %I', pg_get_userbyid(n.nspowner)) INTO name, detail
      FROM pg_namespace n WHERE n.oid = of_object;
      RETURN NEXT;
    END IF;
  ELSIF tag ~ '^(CREATE|ALTER) (EXTENSION|SERVER|USER MAPPING|SUBSCRIPTION)$' THEN  -- where they lead `verify` says
    code := 'outward';
    SELECT lower(regexp_replace(tag, '^\S+ ', '')) || ' ' || i.identity, 'leads out of this database, or adds what is open to everyone'
    INTO name, detail FROM pg_identify_object(of_class, of_object, 0) i;
    RETURN NEXT;
  ELSIF of_class = 'pg_proc'::regclass THEN
    SELECT p.proowner, p.prosecdef, p.proacl INTO relation FROM pg_proc p
    WHERE p.oid = of_object AND p.pronamespace <> pg_my_temp_schema() AND NOT recuse.ours(p.proowner, 'o');
    IF NOT FOUND THEN
      RETURN;
    END IF;
    grantees := recuse.beyond(coalesce(relation.proacl, acldefault('f', relation.proowner)), relation.proowner);
    -- A function that runs as its caller shows nothing by itself: grants on it stay, and so does PUBLIC's where it was there and
    -- is replaced. What the bootstrap superuser makes leaves no trace of being new.
    IF NOT relation.prosecdef THEN
      grantees := CASE WHEN made AND 0 = ANY (grantees)
                            AND (relation.proowner = 10 AND relation.proacl IS NULL OR EXISTS (
                                   SELECT FROM pg_shdepend s WHERE s.classid = of_class AND s.objid = of_object AND s.deptype = 'o'
                                      AND s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                                      AND age(s.xmin) <= 0)) THEN '{0}'::oid[] ELSE '{}' END;
    END IF;
    IF made OR grantees <> '{}' THEN
      code := 'new-object';
      name := 'function ' || of_object::regprocedure;
      detail := CASE WHEN relation.prosecdef THEN 'runs as its owner' ELSE '' END;
      RETURN NEXT;
    END IF;
    -- What it does to their rows `verify` says, which reads its body.
    SELECT string_agg(format('runs in the trigger %I of %s', t.tgname, t.tgrelid::regclass), ', ') INTO detail FROM pg_trigger t
    WHERE t.tgfoid = of_object AND NOT t.tgisinternal AND recuse.governed(t.tgrelid);
    IF detail IS NOT NULL THEN
      code := 'trigger';
      name := 'function ' || of_object::regprocedure;
      grantees := '{}';
      RETURN NEXT;
    END IF;
  ELSIF of_class = 'pg_type'::regclass THEN  -- who owns a domain adds checks to it, which are told the values of every row
    IF recuse.reowned(of_class, of_object) THEN
      detail := (WITH RECURSIVE made (type) AS (
                   SELECT of_object UNION SELECT t.oid FROM made m JOIN pg_type t ON t.typtype = 'd' AND t.typbasetype = m.type)
                 SELECT format('its owner is now %I, and %s has a column of it', pg_get_userbyid(min(t.typowner::bigint)::oid),
                               min(a.attrelid::regclass::text))
                 FROM made m JOIN pg_type t ON t.oid = of_object AND t.typtype = 'd'
                 JOIN pg_attribute a ON a.atttypid = m.type AND a.attnum > 0 AND NOT a.attisdropped
                 WHERE recuse.governed(a.attrelid) HAVING count(*) > 0);
      IF detail IS NOT NULL THEN
        code := 'owner';
        refused := true;
        name := 'domain ' || of_object::regtype;
        RETURN NEXT;
      END IF;
    END IF;
  ELSIF of_class = 'pg_policy'::regclass THEN
    code := 'row-policy';
    refused := true;
    SELECT 'table ' || p.polrelid::regclass, format('row policy %I', p.polname) INTO name, detail FROM pg_policy p
    WHERE p.oid = of_object AND recuse.governed(p.polrelid);
    IF FOUND THEN
      RETURN NEXT;
    END IF;
  ELSIF tag = 'GRANT' THEN
    RETURN QUERY SELECT 'grant', g.* FROM recuse.granted() g;
  ELSIF tag = 'ALTER DEFAULT PRIVILEGES' THEN
    RETURN QUERY
      SELECT 'default-grant', 'pg_default_acl'::regclass::oid, d.oid, '{}'::oid[], true,
             format('next %s of %I', CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' ELSE 'functions' END,
                    pg_get_userbyid(d.defaclrole)),
             format('%s will be granted to %s', string_agg(DISTINCT x.privilege_type, ', '),
                    CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee)::text END)
      FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) x
      WHERE age(d.xmin) <= 0 AND d.defaclobjtype IN ('r', 'S', 'f') AND x.grantee <> d.defaclrole
        AND NOT (d.defaclnamespace = 0 AND d.defaclobjtype = 'f' AND x.grantee = 0)
      GROUP BY d.oid, d.defaclobjtype, d.defaclrole, x.grantee;
  END IF;
END
$recuse$;
