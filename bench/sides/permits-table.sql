-- A permits table, asked by EXISTS.
CREATE POLICY permits_table ON register.arrest FOR SELECT TO {login} USING (
  EXISTS (SELECT FROM access.assignment p JOIN access.member m USING (member_id)
          WHERE m.login = current_user AND p.district = arrest.district AND p.valid_until > now())
  AND NOT is_sealed AND NOT is_juvenile);
CREATE POLICY permits_table ON register.person FOR SELECT TO {login} USING (NOT is_protected);
GRANT USAGE ON SCHEMA register, access TO {login};
GRANT SELECT ON register.arrest, register.person, access.assignment, access.member TO {login};
