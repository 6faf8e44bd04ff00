SELECT umoptions FROM pg_user_mappings;
