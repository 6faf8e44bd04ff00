CREATE TABLE pub.mine (id integer REFERENCES cpd.person);
