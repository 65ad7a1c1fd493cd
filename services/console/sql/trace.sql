-- name: article_of(key)$
-- The article that an id or address names: of an article, page, observation, dead letter, or a URL as it stands.
SELECT article_id FROM (
    SELECT article_id, 1 AS place FROM article WHERE article_id = :key
    UNION ALL SELECT article_id, 2 FROM page WHERE page_id = :key
    UNION ALL SELECT article_id, 3 FROM observation WHERE observation_id = :key
    UNION ALL SELECT article_id, 4 FROM dead_letter WHERE dead_letter_id = :key
    UNION ALL SELECT article_id, 5 FROM article WHERE url = :key
    UNION ALL SELECT article_id, 6 FROM page WHERE url = :key
    UNION ALL SELECT article_id, 7 FROM crawl_address WHERE url = :key OR canonical_url = :key OR article_id = :key
) AS found
WHERE article_id IS NOT NULL
ORDER BY place LIMIT 1;

-- name: near(fragment)
-- Addresses that hold the words, for a hint.
SELECT url FROM article WHERE url LIKE '%' || :fragment || '%' ORDER BY url LIMIT 3;

-- name: address(article)^
SELECT portal, source_id, url, canonical_url, found_at, visits, fetched_at, next_at, failures, outcome, changes
FROM crawl_address WHERE article_id = :article;

-- name: article(article)^
SELECT article_id, portal, url, canonical_url, area, title, published, first_fetched_at, revision, revised_at, copy_of,
    extracted_revision, extractor_version, cardinality(observation_ids) AS figures
FROM article WHERE article_id = :article;

-- name: copies(article)
SELECT article_id, url FROM article WHERE copy_of = :article ORDER BY published, article_id LIMIT 20;

-- name: pages(article)
SELECT page_id, url, fetched_at, http_status, content_type, body_bytes, tls_verified, warc_file, warc_offset,
    published_at, attempts, cleaner_version, cleaned_revision, discard_reason, discard_detail, extractor_version,
    figures, copy_of, dead_letter_id, outcome, outcome_at
FROM page WHERE article_id = :article ORDER BY fetched_at, page_id;

-- name: revisions(article)
SELECT revision, page_id, revised_at, cleaner_version, title, length(text) AS characters, published, published_from,
    author, method, method_confidence, removed, attachments
FROM revision WHERE article_id = :article ORDER BY revised_at, revision;

-- name: observations(article)
SELECT o.observation_id, o.revision, o.extractor_version, o.indicator, o.label, o.measure, o.value, o.value_high,
    o.unit, o.comparator, o.status, o.period, o.area, o.locality, o.target_value, o.plan_ratio, o.breakdown, o.quote,
    o.quote_start, o.sentence, o.confidence, o.flags, o.rules, o.recorded_at, o.retired_at
FROM observation AS o WHERE o.article_id = :article ORDER BY o.quote_start, o.observation_id, o.recorded_at;

-- name: letters(article)
SELECT dead_letter_id, stage, error, message, failed_at, retries, state
FROM dead_letter WHERE article_id = :article ORDER BY failed_at;
