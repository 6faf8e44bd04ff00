-- Searches that people keep: the address of each, below the console, under a name of their own. No secret is in one: an
-- address holds what was looked for. `role` is NULL for one that its person alone sees, else who with this role may open it.
CREATE TABLE recuse_state.search (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  issuer text NOT NULL CHECK (issuer <> ''),
  subject text NOT NULL CHECK (subject <> ''),
  saver text NOT NULL,
  name text NOT NULL CONSTRAINT search_name CHECK (name <> '' AND length(name) <= 200),
  address text NOT NULL CONSTRAINT search_address CHECK (address LIKE '/record?%' AND length(address) <= 4000),
  role text CHECK (role <> ''),
  at timestamptz NOT NULL,
  CONSTRAINT search_once UNIQUE (issuer, subject, name)
);
CREATE INDEX search_of_role ON recuse_state.search (role) WHERE role IS NOT NULL;
COMMENT ON TABLE recuse_state.search IS 'searches that people keep, for themselves (role is null) or for a role; 100 a person';
