CREATE TEMPORARY TABLE mine (id integer REFERENCES cpd.person);
CREATE TABLE pub.mine (id integer REFERENCES cpd.person);
