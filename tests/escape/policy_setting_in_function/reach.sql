SET request.claims = '{"sub": 1}';
SELECT ssn FROM pub.v;
