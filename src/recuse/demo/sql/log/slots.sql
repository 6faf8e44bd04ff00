-- slots: one numbered slot for each unit of weight, so that a line finds its habit by one equality join.
CREATE TEMP TABLE slot AS
SELECT CAST(row_number() OVER (ORDER BY login, purpose, authority, first_day, turn) - 1 AS BIGINT) AS slot, *
FROM (SELECT *, unnest(range(weight)) AS turn FROM habit);

CREATE TEMP TABLE glance AS
SELECT reach, CAST(row_number() OVER (PARTITION BY reach ORDER BY object, category, action, turn) - 1 AS BIGINT) AS part,
    CAST(count(*) OVER (PARTITION BY reach) AS BIGINT) AS parts, object, category, action
FROM (SELECT *, unnest(range(share)) AS turn FROM look);

CREATE TEMP TABLE width AS SELECT reach, max(parts) AS parts FROM glance GROUP BY reach;
