-- D08: TRUNCATE asks no row policy.
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
GRANT TRUNCATE, DELETE ON cpd.person TO ice;
