-- ghost: an account closed in 2016 searches four times on two days in May 2019.
INSERT INTO line
SELECT i, moment, 'ice_inactive', 'records.incident', 'incident_narrative', 'read', 'undeclared', 'none', NULL, NULL, 3, NULL, false, false
FROM (VALUES (1, TIMESTAMP '2019-05-09 13:02:11.48'), (2, TIMESTAMP '2019-05-09 13:04:50.02'),
    (3, TIMESTAMP '2019-05-13 22:40:07.91'), (4, TIMESTAMP '2019-05-13 22:41:33.10')) AS t (i, moment);
