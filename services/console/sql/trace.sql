-- name: named(key)^
-- The article that an id or address names, and the observation where the key is one's: of an article, page, observation,
-- dead letter, or a URL as it stands.
SELECT article_id, observation_id FROM (
    SELECT article_id, NULL AS observation_id, 1 AS place FROM article WHERE article_id = :key
    UNION ALL SELECT article_id, NULL, 2 FROM page WHERE page_id = :key
    UNION ALL SELECT article_id, observation_id, 3 FROM observation WHERE observation_id = :key
    UNION ALL SELECT article_id, NULL, 4 FROM dead_letter WHERE dead_letter_id = :key
    UNION ALL SELECT article_id, NULL, 5 FROM article WHERE url = :key
    UNION ALL SELECT article_id, NULL, 6 FROM page WHERE url = :key
    UNION ALL SELECT article_id, NULL, 7 FROM crawl_address
        WHERE url = :key OR canonical_url = :key OR article_id = :key
) AS found
WHERE article_id IS NOT NULL
ORDER BY place LIMIT 1;

-- name: beginning(prefix)
-- The ids that begin so, three of each kind at most. A range, since LIKE reads no index in every collation; ids are
-- hexadecimal, and g follows f.
(SELECT article_id AS id, 'article' AS kind FROM article
    WHERE article_id >= :prefix AND article_id < :prefix || 'g' LIMIT 3)
UNION (SELECT page_id, 'page' FROM page WHERE page_id >= :prefix AND page_id < :prefix || 'g' LIMIT 3)
UNION (SELECT observation_id, 'observation' FROM observation
    WHERE observation_id >= :prefix AND observation_id < :prefix || 'g' LIMIT 3)
UNION (SELECT dead_letter_id, 'dead letter' FROM dead_letter
    WHERE dead_letter_id >= :prefix AND dead_letter_id < :prefix || 'g' LIMIT 3)
ORDER BY id;

-- name: near(fragment)
-- Addresses that hold the words, for a hint.
SELECT url FROM article WHERE position(:fragment IN url) > 0 ORDER BY url LIMIT 3;

-- name: address(article)^
SELECT a.portal, a.source_id, s.kind AS source_kind, s.url AS source_url, a.url, a.canonical_url, a.found_at, a.visits,
    a.fetched_at, a.next_at, a.failures, a.outcome, a.changes
FROM crawl_address AS a LEFT JOIN crawl_source AS s USING (source_id) WHERE a.article_id = :article;

-- name: article(article)^
SELECT article_id, portal, url, canonical_url, area, title, published, first_fetched_at, revision, revised_at, copy_of,
    extracted_revision, extractor_version, cardinality(observation_ids) AS figures
FROM article WHERE article_id = :article;

-- name: copies(article)
SELECT article_id, url FROM article WHERE copy_of = :article ORDER BY published, article_id LIMIT 20;

-- name: pages(article)
SELECT page_id, url, fetched_at, last_fetched_at, http_status, content_type, body_bytes, tls_verified, warc_file, warc_offset,
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
