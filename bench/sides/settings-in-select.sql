-- The usual advice: one row policy for all circumstances, its terms ask the session's settings, each in a sub-select.
CREATE POLICY settings_in_select ON register.arrest FOR SELECT TO {login} USING (
  (SELECT current_setting('app.purpose', true)) = 'crim.investigation'
  AND district = ANY (string_to_array((SELECT current_setting('app.districts', true)), ','))
  AND (NOT is_sealed OR (SELECT current_setting('app.authority', true)) = 'judicial.court_order')
  AND (NOT is_juvenile OR (SELECT current_setting('app.authority', true)) = 'judicial.court_order'));
CREATE POLICY settings_in_select ON register.person FOR SELECT TO {login} USING (
  (SELECT current_setting('app.purpose', true)) = 'crim.investigation'
  AND (NOT is_protected OR (SELECT current_setting('app.authority', true)) = 'judicial.court_order'));
GRANT USAGE ON SCHEMA register TO {login};
GRANT SELECT ON register.arrest, register.person TO {login};
