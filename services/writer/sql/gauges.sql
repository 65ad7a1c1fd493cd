-- What the writer's gauges show (services/writer/gauges.py). The last day is that before :now, the week the seven days
-- before that; both by when a text was first written.

-- name: rule_strikes(now, week_min)
-- For each rule of the cleaner, how many articles of the last day it struck something on, and how many it would have
-- struck as often as in the week before, portal by portal: so that a day with other portals, or many articles of one,
-- is no drift. Portals with fewer than :week_min articles in the week are left out.
WITH recent AS MATERIALIZED (
    SELECT a.portal, r.recorded_at > :now::timestamptz - interval '1 day' AS late, r.removed
    FROM revision AS r JOIN article AS a USING (article_id)
    WHERE r.recorded_at > :now::timestamptz - interval '8 days' AND r.recorded_at <= :now AND a.portal IS NOT NULL
), size AS (
    SELECT portal, count(*) FILTER (WHERE late) AS day, count(*) FILTER (WHERE NOT late) AS week
    FROM recent GROUP BY portal HAVING count(*) FILTER (WHERE NOT late) >= :week_min
), struck AS (
    SELECT portal, rule, count(*) FILTER (WHERE late) AS day, count(*) FILTER (WHERE NOT late) AS week
    FROM recent, LATERAL (SELECT DISTINCT each ->> 'rule' AS rule FROM jsonb_array_elements(removed) AS each) AS rules
    GROUP BY portal, rule
)
SELECT rule, sum(struck.day)::float8 AS found, sum(struck.week * size.day / size.week::float8) AS expected,
    (SELECT sum(day) FROM size)::float8 AS articles
FROM struck JOIN size USING (portal)
GROUP BY rule;

-- name: containers_lost(now, week_min, day_min)
-- For each portal that one profile read most articles of in the week: the share of the last day's that it did not read.
WITH recent AS MATERIALIZED (
    SELECT a.portal, r.method, count(*) FILTER (WHERE r.recorded_at > :now::timestamptz - interval '1 day') AS day,
        count(*) FILTER (WHERE r.recorded_at <= :now::timestamptz - interval '1 day') AS week
    FROM revision AS r JOIN article AS a USING (article_id)
    WHERE r.recorded_at > :now::timestamptz - interval '8 days' AND r.recorded_at <= :now AND a.portal IS NOT NULL
    GROUP BY a.portal, r.method
), size AS (
    SELECT portal, sum(day) AS day, sum(week) AS week FROM recent
    GROUP BY portal HAVING sum(day) >= :day_min AND sum(week) >= :week_min
)
SELECT portal, (1 - recent.day / size.day)::float8 AS share
FROM recent JOIN size USING (portal)
WHERE method LIKE 'profile:%' AND 2 * recent.week > size.week;
