-- Row security without a row policy lets no row be made, changed or deleted.
GRANT INSERT, UPDATE, DELETE ON cpd.person TO ice;
ALTER TABLE cpd.person ENABLE ROW LEVEL SECURITY;
