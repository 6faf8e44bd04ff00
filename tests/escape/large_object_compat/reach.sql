SELECT lo_get(oid) FROM pg_largeobject_metadata;
