DROP POLICY wide ON cpd.person;
