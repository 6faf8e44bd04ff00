-- The older way: a view for each kind of reader, as a barrier, with the condition as constants.
CREATE SCHEMA shown AUTHORIZATION register_owner;
SET ROLE register_owner;
CREATE VIEW shown.arrest WITH (security_barrier) AS
SELECT * FROM register.arrest a WHERE true{arrest};
CREATE VIEW shown.person WITH (security_barrier) AS
SELECT * FROM register.person p WHERE true{person};
GRANT USAGE ON SCHEMA shown TO {login};
GRANT SELECT ON shown.arrest, shown.person TO {login};
RESET ROLE;
