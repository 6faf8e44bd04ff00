UPDATE cpd.person SET district = 1;
SELECT current_setting('cpd.last');
