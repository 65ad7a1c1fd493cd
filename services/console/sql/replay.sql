-- name: pages(portal, since, until, outcome, after_at, after_id, n)
-- Archived pages in the order of their fetch, after a place. Null matches all; the outcome `none` pages without one.
SELECT page.page_id, page.article_id, page.portal, page.url, page.canonical_url, page.fetched_at, page.http_status,
    page.content_type, page.body_sha256, page.body_bytes, page.tls_verified, page.warc_file, page.warc_offset,
    page.attempts, page.last_fetched_at, a.title, a.published, a.summary
FROM page LEFT JOIN crawl_address AS a USING (article_id)
WHERE page.warc_file IS NOT NULL
    AND (:portal::text IS NULL OR page.portal = :portal)
    AND (:since::timestamptz IS NULL OR page.fetched_at >= :since)
    AND (:until::timestamptz IS NULL OR page.fetched_at < :until)
    AND (:outcome::text IS NULL OR coalesce(page.outcome, 'none') = :outcome)
    AND (:after_at::timestamptz IS NULL OR (page.fetched_at, page.page_id) > (:after_at, :after_id))
ORDER BY page.fetched_at, page.page_id
LIMIT :n;

-- name: count_pages(portal, since, until, outcome)$
SELECT count(*) FROM page
WHERE warc_file IS NOT NULL
    AND (:portal::text IS NULL OR portal = :portal)
    AND (:since::timestamptz IS NULL OR fetched_at >= :since)
    AND (:until::timestamptz IS NULL OR fetched_at < :until)
    AND (:outcome::text IS NULL OR coalesce(outcome, 'none') = :outcome);

-- name: begin(replay, wanted, restart)^
-- A replay of the same pages that was stopped goes on; one that was finished, or :restart, begins anew.
INSERT INTO replay AS kept (replay_id, wanted) VALUES (:replay, :wanted)
ON CONFLICT (replay_id) DO UPDATE SET
    fetched_at = CASE WHEN kept.finished_at IS NULL AND NOT :restart::boolean THEN kept.fetched_at END,
    page_id = CASE WHEN kept.finished_at IS NULL AND NOT :restart THEN kept.page_id END,
    pages = CASE WHEN kept.finished_at IS NULL AND NOT :restart THEN kept.pages ELSE 0 END,
    missing = CASE WHEN kept.finished_at IS NULL AND NOT :restart THEN kept.missing ELSE 0 END,
    started_at = CASE WHEN kept.finished_at IS NULL AND NOT :restart THEN kept.started_at ELSE now() END,
    finished_at = NULL
RETURNING fetched_at, page_id, pages, missing;

-- name: advance(replay, fetched_at, page, pages, missing)!
UPDATE replay SET fetched_at = :fetched_at, page_id = :page, pages = :pages, missing = :missing
WHERE replay_id = :replay;

-- name: finish(replay)!
UPDATE replay SET finished_at = now() WHERE replay_id = :replay;

-- name: enter_pages(page, article, portal, url, canonical_url, fetched_at, status, content_type, sha256, bytes, tls_verified, warc_file, warc_offset, noted)$
-- Pages that the archive holds and the ledger does not. A page that was fetched again is entered with its first and its
-- last time, as the crawler does it; without a note nobody knows whether it was published then. Returns how many are new.
WITH given AS (
    SELECT *, min(fetched_at) OVER (PARTITION BY page_id) AS first_at,
        row_number() OVER (PARTITION BY page_id ORDER BY noted DESC, CASE WHEN noted THEN fetched_at END DESC, fetched_at)
            AS place
    FROM unnest(
        :page::text[], :article::text[], :portal::text[], :url::text[], :canonical_url::text[],
        :fetched_at::timestamptz[], :status::integer[], :content_type::text[], :sha256::text[], :bytes::bigint[],
        :tls_verified::boolean[], :warc_file::text[], :warc_offset::bigint[], :noted::boolean[])
        AS new (page_id, article_id, portal, url, canonical_url, fetched_at, status, content_type, body_sha256,
            body_bytes, tls_verified, warc_file, warc_offset, noted)
), named AS (
    INSERT INTO portal (portal) SELECT DISTINCT portal FROM given ON CONFLICT DO NOTHING
), entered AS (
    INSERT INTO page AS kept (page_id, article_id, portal, url, canonical_url, fetched_at, last_fetched_at, http_status,
        content_type, body_sha256, body_bytes, tls_verified, warc_file, warc_offset, published_at)
    SELECT page_id, article_id, portal, url, canonical_url, first_at, CASE WHEN noted THEN nullif(fetched_at, first_at) END,
        status, content_type, body_sha256, body_bytes, tls_verified, warc_file, warc_offset, now()
    FROM given WHERE place = 1
    ON CONFLICT (page_id) DO UPDATE SET
        fetched_at = least(kept.fetched_at, excluded.fetched_at),
        last_fetched_at = nullif(
            greatest(kept.fetched_at, kept.last_fetched_at, excluded.fetched_at, excluded.last_fetched_at),
            least(kept.fetched_at, excluded.fetched_at)),
        (warc_file, warc_offset) = (
            SELECT file, "offset" FROM (VALUES (kept.warc_file, kept.warc_offset, coalesce(kept.last_fetched_at, kept.fetched_at)),
                (excluded.warc_file, excluded.warc_offset, coalesce(excluded.last_fetched_at, excluded.fetched_at)))
            AS sights (file, "offset", at) ORDER BY at DESC LIMIT 1)
    WHERE (SELECT noted FROM given WHERE given.page_id = kept.page_id AND place = 1)
        AND (excluded.fetched_at < kept.fetched_at
            OR coalesce(excluded.last_fetched_at, excluded.fetched_at) > coalesce(kept.last_fetched_at, kept.fetched_at))
    RETURNING xmax = 0 AS new
)
SELECT count(*) FILTER (WHERE new) FROM entered;
