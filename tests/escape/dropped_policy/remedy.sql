CREATE POLICY nobody ON cpd.person AS RESTRICTIVE USING (false);
