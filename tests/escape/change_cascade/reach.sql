DELETE FROM cpd.district;
