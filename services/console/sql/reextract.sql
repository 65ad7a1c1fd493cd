-- name: texts(portal, after, n)
-- The newest revisions that are still kept, as ArticleCleaned has them.
SELECT a.article_id, a.portal, a.area, a.url, a.canonical_url, r.revision, r.page_id, r.revised_at, r.cleaner_version,
    r.title, r.lead, r.text, r.published, r.published_from, r.author, r.source, r.method, r.method_confidence,
    r.simhash, r.copy_of, coalesce(a.extractor_version, 0) AS stored_version
FROM article AS a JOIN revision AS r USING (article_id, revision)
WHERE r.text IS NOT NULL
    AND (:portal::text IS NULL OR a.portal = :portal)
    AND (:after::text IS NULL OR a.article_id > :after)
ORDER BY a.article_id
LIMIT :n;

-- name: count_texts(portal)$
SELECT count(*) FROM article AS a JOIN revision AS r USING (article_id, revision)
WHERE r.text IS NOT NULL AND (:portal::text IS NULL OR a.portal = :portal);

-- name: readings(articles)
-- What holds now, with the names of docs/observation.md.
SELECT article_id, observation_id, indicator, label, measure, value, value_high, unit, comparator, status, period, area,
    locality, target_value, target_value_high, plan_ratio, change, breakdown, quote, quote_start AS start,
    quote_end AS "end", sentence, confidence, flags, rules
FROM observation
WHERE article_id = ANY(:articles::text[]) AND retired_at IS NULL;
