-- A19: the owner is ice.
ALTER TABLE cpd.person OWNER TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
