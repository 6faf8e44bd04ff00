UPDATE cpd.person SET name = '';
