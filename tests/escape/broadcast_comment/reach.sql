SELECT obj_description('cpd.person'::regclass);
