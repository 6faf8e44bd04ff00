-- The same row policy as it is most often written: each setting is asked for every row.
CREATE POLICY settings_bare ON register.arrest FOR SELECT TO {login} USING (
  current_setting('app.purpose', true) = 'crim.investigation'
  AND district = ANY (string_to_array(current_setting('app.districts', true), ','))
  AND (NOT is_sealed OR current_setting('app.authority', true) = 'judicial.court_order')
  AND (NOT is_juvenile OR current_setting('app.authority', true) = 'judicial.court_order'));
CREATE POLICY settings_bare ON register.person FOR SELECT TO {login} USING (
  current_setting('app.purpose', true) = 'crim.investigation'
  AND (NOT is_protected OR current_setting('app.authority', true) = 'judicial.court_order'));
GRANT USAGE ON SCHEMA register TO {login};
GRANT SELECT ON register.arrest, register.person TO {login};
