-- A39: what PUBLIC holds is not taken by a REVOKE from one role.
GRANT SELECT ON cpd.person TO PUBLIC;
REVOKE ALL ON cpd.person FROM ice;
