REVOKE DELETE ON cpd.district FROM ice;
