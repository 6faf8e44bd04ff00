REVOKE SELECT ON cpd.person_1 FROM ice;
