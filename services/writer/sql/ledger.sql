-- name: add_pages(page, article, portal, url, canonical_url, fetched_at)!
-- Pages as the events tell of them; most were entered by the crawler before they were published. fetched_at is that of
-- the first fetch. Several rows a page may be given.
INSERT INTO page AS kept (page_id, article_id, portal, url, canonical_url, fetched_at)
SELECT page_id, min(article_id), min(portal), min(url), min(canonical_url), min(fetched_at)
FROM unnest(
    :page::text[], :article::text[], :portal::text[], :url::text[], :canonical_url::text[], :fetched_at::timestamptz[])
    AS new (page_id, article_id, portal, url, canonical_url, fetched_at)
GROUP BY page_id
ORDER BY page_id
ON CONFLICT (page_id) DO UPDATE SET
    portal = coalesce(kept.portal, excluded.portal), url = coalesce(kept.url, excluded.url),
    canonical_url = coalesce(kept.canonical_url, excluded.canonical_url),
    fetched_at = least(kept.fetched_at, excluded.fetched_at)
WHERE excluded.fetched_at < kept.fetched_at
    OR kept.portal IS NULL AND excluded.portal IS NOT NULL
    OR kept.url IS NULL AND excluded.url IS NOT NULL
    OR kept.canonical_url IS NULL AND excluded.canonical_url IS NOT NULL;

-- name: merge_cleanings(page, cleaner_version, revision, reason, detail)!
-- What the newest cleaner said of a page: a text, or why it is no article. One row a page. Of one cleaner's
-- contradictory words a text counts more, then the greater revision.
UPDATE page SET
    cleaner_version = new.cleaner_version, cleaned_revision = new.revision, discard_reason = new.reason,
    discard_detail = new.detail, copy_of = CASE WHEN new.revision IS NOT NULL THEN page.copy_of END,
    outcome_at = CASE WHEN new.reason IS NULL THEN page.outcome_at ELSE coalesce(page.outcome_at, now()) END
FROM unnest(:page::text[], :cleaner_version::integer[], :revision::text[], :reason::text[], :detail::text[])
    AS new (page_id, cleaner_version, revision, reason, detail)
WHERE page.page_id = new.page_id
    AND (page.cleaner_version IS NULL
        OR (new.cleaner_version, coalesce(new.revision, ''))
            > (page.cleaner_version, coalesce(page.cleaned_revision, '')));

-- name: merge_figures(page, cleaner_version, extractor_version, figures)!
-- How many figures the newest extraction of a page found. One row a page.
UPDATE page SET
    extracted_cleaner_version = new.cleaner_version, extractor_version = new.extractor_version, figures = new.figures,
    outcome_at = coalesce(page.outcome_at, now())
FROM unnest(:page::text[], :cleaner_version::integer[], :extractor_version::integer[], :figures::integer[])
    AS new (page_id, cleaner_version, extractor_version, figures)
WHERE page.page_id = new.page_id
    AND (page.figures IS NULL
        OR (new.cleaner_version, new.extractor_version, new.figures)
            > (page.extracted_cleaner_version, page.extractor_version, page.figures));

-- name: merge_dead_letters(dead_letter, stage, error, message, failed_at, attempt, topic, partition, offset, key, value, headers, portal, article, page, url)!
-- The last failure of an original gives its row. One row a dead letter.
INSERT INTO dead_letter AS kept (
    dead_letter_id, stage, error, message, failed_at, attempt, origin_topic, origin_partition, origin_offset,
    origin_key, origin_value, origin_headers, portal, article_id, page_id, url)
SELECT dead_letter_id, stage, error, message, failed_at, attempt, topic, partition, "offset", key, value,
    headers::jsonb, portal, article_id, page_id, url
FROM unnest(
    :dead_letter::text[], :stage::text[], :error::text[], :message::text[], :failed_at::timestamptz[],
    :attempt::integer[], :topic::text[], :partition::integer[], :offset::bigint[], :key::bytea[], :value::bytea[],
    :headers::text[], :portal::text[], :article::text[], :page::text[], :url::text[])
    AS new (dead_letter_id, stage, error, message, failed_at, attempt, topic, partition, "offset", key, value, headers,
        portal, article_id, page_id, url)
ON CONFLICT (dead_letter_id) DO UPDATE SET
    error = excluded.error, message = excluded.message, failed_at = excluded.failed_at, attempt = excluded.attempt,
    origin_partition = excluded.origin_partition, origin_offset = excluded.origin_offset,
    origin_value = excluded.origin_value
WHERE excluded.failed_at > kept.failed_at;

-- name: mark_dead(pages)!
-- The last dead letter of each page; it is the page's outcome while there is no better one.
UPDATE page SET dead_letter_id = last.dead_letter_id, outcome_at = coalesce(page.outcome_at, now())
FROM (
    SELECT DISTINCT ON (page_id) page_id, dead_letter_id FROM dead_letter
    WHERE page_id = ANY(:pages::text[])
    ORDER BY page_id, failed_at DESC, dead_letter_id DESC
) AS last
WHERE page.page_id = last.page_id AND page.dead_letter_id IS DISTINCT FROM last.dead_letter_id;
