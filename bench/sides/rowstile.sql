-- What an application that uses rowstile has: its tables, its login, and the index that `rowstile indexes` asks for.
CREATE INDEX ON register.arrest (district);
GRANT USAGE ON SCHEMA register, access TO {login};
GRANT SELECT ON register.arrest, register.person TO {login};
