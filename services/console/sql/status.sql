-- name: portals(portal)
-- One row a portal, the one with most unaccounted pages first.
SELECT portal,
    count(*) AS pages,
    count(*) FILTER (WHERE outcome = 'written') AS written,
    count(*) FILTER (WHERE outcome = 'no_figures') AS no_figures,
    count(*) FILTER (WHERE outcome = 'discarded') AS discarded,
    count(*) FILTER (WHERE outcome = 'duplicate') AS duplicate,
    count(*) FILTER (WHERE outcome = 'dead') AS dead,
    count(*) FILTER (WHERE outcome IS NULL) AS unaccounted,
    min(fetched_at) FILTER (WHERE outcome IS NULL) AS oldest_unaccounted,
    coalesce(sum(figures), 0) AS figures,
    count(*) FILTER (WHERE fetched_at > now() - interval '1 hour') AS fetched_last_hour,
    count(*) FILTER (WHERE outcome_at > now() - interval '1 hour') AS settled_last_hour,
    max(fetched_at) AS last_fetched
FROM page
WHERE :portal::text IS NULL OR portal = :portal
GROUP BY portal
ORDER BY unaccounted DESC, portal;

-- name: stages(portal)
-- How far the pages without an outcome have come, what each stage was done with during the last hour, and what it gave
-- up. A page waits for the stage named. A text that was read before is no new text: the cleaner's rate leaves it out.
WITH waiting AS (
    SELECT CASE
            WHEN published_at IS NULL AND cleaner_version IS NULL THEN 'crawler'
            WHEN cleaner_version IS NULL THEN 'cleaner'
            ELSE 'extractor'
        END AS stage, count(*) AS waiting, min(fetched_at) AS oldest, max(attempts) AS attempts
    FROM page WHERE outcome IS NULL AND (:portal::text IS NULL OR portal = :portal)
    GROUP BY 1
), settled AS (
    SELECT count(*) AS pages, count(*) FILTER (WHERE discard_reason IS NOT NULL) AS discarded,
        count(*) FILTER (WHERE figures IS NOT NULL) AS read
    FROM page WHERE outcome_at > now() - interval '1 hour' AND (:portal::text IS NULL OR portal = :portal)
), done AS (
    SELECT 'crawler' AS stage, count(*) AS done_last_hour FROM page
    WHERE fetched_at > now() - interval '1 hour' AND (:portal::text IS NULL OR portal = :portal)
    UNION ALL
    SELECT 'cleaner', count(*) + (SELECT discarded FROM settled)
    FROM revision AS r JOIN article AS a USING (article_id)
    WHERE r.recorded_at > now() - interval '1 hour' AND (:portal::text IS NULL OR a.portal = :portal)
    UNION ALL SELECT 'extractor', read FROM settled
    UNION ALL SELECT 'writer', pages FROM settled
), dead AS (
    SELECT stage, count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'retried') AS retried,
        count(*) FILTER (WHERE state = 'dropped') AS dropped, max(failed_at) AS last_failure
    FROM dead_letter WHERE :portal::text IS NULL OR portal = :portal
    GROUP BY stage
)
SELECT stage, coalesce(waiting, 0) AS waiting, oldest, coalesce(attempts, 0) AS attempts, done_last_hour,
    coalesce(open, 0) AS open, coalesce(retried, 0) AS retried, coalesce(dropped, 0) AS dropped, last_failure
FROM (VALUES ('crawler', 1), ('cleaner', 2), ('extractor', 3), ('writer', 4)) AS named (stage, place)
LEFT JOIN done USING (stage)
LEFT JOIN waiting USING (stage)
LEFT JOIN dead USING (stage)
ORDER BY place;
