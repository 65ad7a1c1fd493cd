-- name: outcomes_by_portal()
-- Pages of each portal by outcome; null where a page has none yet.
SELECT portal, outcome, discard_reason, count(*) AS pages
FROM page
GROUP BY portal, outcome, discard_reason
ORDER BY portal, outcome, discard_reason;

-- name: observations_by_area_and_indicator()
-- Live observations; an indicator of null counts what the catalogue does not hold.
SELECT o.area, o.indicator, count(*) AS observations, count(DISTINCT o.article_id) AS articles
FROM observation AS o
JOIN article AS a USING (article_id)
WHERE o.retired_at IS NULL AND a.copy_of IS NULL
GROUP BY o.area, o.indicator
ORDER BY o.area, o.indicator NULLS LAST;

-- name: totals()^
SELECT
    (SELECT count(*) FROM page) AS pages,
    (SELECT count(*) FROM page WHERE outcome IS NULL) AS unaccounted,
    (SELECT count(*) FROM article WHERE revision IS NOT NULL) AS articles,
    (SELECT count(*) FROM article WHERE copy_of IS NOT NULL) AS copies,
    (SELECT count(*) FROM observation WHERE retired_at IS NULL) AS observations,
    (SELECT count(*) FROM observation WHERE retired_at IS NULL AND indicator IS NULL) AS unmapped,
    (SELECT count(*) FROM dead_letter WHERE state = 'open') AS dead_letters;
