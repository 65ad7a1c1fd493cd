-- name: enrol_hosts(hosts, due_ats)!
INSERT INTO crawl_host (host, due_at)
SELECT host, due_at FROM unnest(:hosts::text[], :due_ats::timestamptz[]) AS given (host, due_at)
ON CONFLICT (host) DO UPDATE SET due_at = least(crawl_host.due_at, excluded.due_at);

-- name: enrol_sources(ids, portals, kinds, urls, hosts, next_ats, intervals)!
-- A known source keeps its state, and its address where that has moved for good.
INSERT INTO crawl_source (source_id, portal, kind, url, host, next_at, interval_s)
SELECT * FROM unnest(:ids::text[], :portals::text[], :kinds::text[], :urls::text[], :hosts::text[],
    :next_ats::timestamptz[], :intervals::float8[])
ON CONFLICT (source_id) DO UPDATE SET active = true, portal = excluded.portal;

-- name: rest_sources(ids)!
UPDATE crawl_source SET active = false WHERE active AND source_id <> ALL (:ids::text[]);

-- name: make_sources_due(now, portals)!
UPDATE crawl_source SET next_at = :now WHERE active AND (:portals::text[] IS NULL OR portal = ANY (:portals));

-- name: make_hosts_due(now, portals)!
UPDATE crawl_host SET due_at = least(due_at, :now)
WHERE host IN (SELECT host FROM crawl_source WHERE active AND (:portals::text[] IS NULL OR portal = ANY (:portals)));

-- name: claim(owner, now, until, hosts_max, among)
-- Locked rows are another crawler's claim of this very moment: skipped, not waited for.
WITH wanted AS (
    SELECT host, lease_until FROM crawl_host
    WHERE due_at <= :now AND not_before <= :now AND (lease_until IS NULL OR lease_until < :now)
        AND (:among::text[] IS NULL OR host = ANY (:among))
    ORDER BY due_at
    LIMIT :hosts_max
    FOR UPDATE SKIP LOCKED
)
UPDATE crawl_host
SET lease_owner = :owner, lease_until = :until
FROM wanted
WHERE crawl_host.host = wanted.host
RETURNING crawl_host.host, not_before, robots_body, robots_fetched_at, robots_failing_since,
    wanted.lease_until IS NOT NULL AS taken_over;

-- name: renew(owner, now, until)
UPDATE crawl_host SET lease_until = :until WHERE lease_owner = :owner AND lease_until >= :now RETURNING host;

-- name: release(owner, host, not_before)!
UPDATE crawl_host
SET lease_owner = NULL, lease_until = NULL, not_before = greatest(not_before, :not_before),
    due_at = least(
        (SELECT coalesce(min(next_at), 'infinity') FROM crawl_source WHERE host = :host AND active),
        (SELECT coalesce(min(next_at), 'infinity') FROM crawl_address WHERE host = :host AND next_at IS NOT NULL))
WHERE host = :host AND lease_owner = :owner;

-- name: abandon(owner)!
UPDATE crawl_host SET lease_owner = NULL, lease_until = NULL
WHERE lease_owner IS NOT NULL AND (:owner::text IS NULL OR lease_owner = :owner);

-- name: due_sources(host, now, n)
SELECT source_id, portal, kind, url, host, next_at, interval_s, status, failures, outcome, polled_at, succeeded_at,
    new_at, gap_s, etag, last_modified, body_sha256, full_at, conditions_lie, good_url, hops
FROM crawl_source WHERE host = :host AND active AND next_at <= :now ORDER BY next_at LIMIT :n;

-- name: due_addresses(host, now, n)
SELECT article_id, portal, source_id, host, url, canonical_url, found_at, next_at, title, published, summary, visits,
    fetched_at, failures, outcome, etag, last_modified, body_sha256, fingerprint, changes
FROM crawl_address WHERE host = :host AND next_at <= :now ORDER BY visits > 0, next_at LIMIT :n;

-- name: next_due(now, among)$
SELECT min(greatest(due_at, not_before, CASE WHEN lease_until >= :now THEN lease_until END))
FROM crawl_host WHERE due_at < 'infinity' AND (:among::text[] IS NULL OR host = ANY (:among));

-- name: hosts_of(portals)
SELECT host FROM crawl_source WHERE active AND portal = ANY (:portals::text[])
UNION
SELECT host FROM crawl_address WHERE next_at IS NOT NULL AND portal = ANY (:portals::text[])
ORDER BY host;

-- name: known(ids)
SELECT article_id FROM crawl_address WHERE article_id = ANY (:ids::text[]);

-- name: holds(owner, host)$
-- Locks the row, so that the lease can't change hands before this transaction ends.
SELECT true FROM crawl_host WHERE host = :host AND lease_owner = :owner FOR UPDATE;

-- name: save_robots(host, body, fetched_at, failing_since)!
UPDATE crawl_host SET robots_body = :body, robots_fetched_at = :fetched_at, robots_failing_since = :failing_since
WHERE host = :host;

-- name: save_source(source_id, url, host, next_at, interval_s, status, failures, outcome, polled_at, succeeded_at, new_at, gap_s, etag, last_modified, body_sha256, full_at, conditions_lie, good_url, hops)!
UPDATE crawl_source
SET url = :url, host = :host, next_at = :next_at, interval_s = :interval_s, status = :status, failures = :failures,
    outcome = :outcome, polled_at = :polled_at, succeeded_at = :succeeded_at, new_at = :new_at, gap_s = :gap_s,
    etag = :etag, last_modified = :last_modified, body_sha256 = :body_sha256, full_at = :full_at,
    conditions_lie = :conditions_lie, good_url = :good_url, hops = :hops
WHERE source_id = :source_id;

-- name: add_addresses(ids, portal, source_id, hosts, urls, canonicals, found_at, titles, publisheds, summaries)!
INSERT INTO crawl_address
    (article_id, portal, source_id, host, url, canonical_url, found_at, next_at, title, published, summary)
SELECT id, :portal, :source_id, host, url, canonical, :found_at, :found_at, title, published, summary
FROM unnest(:ids::text[], :hosts::text[], :urls::text[], :canonicals::text[], :titles::text[],
    :publisheds::timestamptz[], :summaries::text[]) AS found (id, host, url, canonical, title, published, summary)
ON CONFLICT (article_id) DO NOTHING;

-- name: save_address(article_id, host, url, next_at, visits, fetched_at, failures, outcome, etag, last_modified, body_sha256, fingerprint, changes)!
UPDATE crawl_address
SET host = :host, url = :url, next_at = :next_at, visits = :visits, fetched_at = :fetched_at, failures = :failures,
    outcome = :outcome, etag = :etag, last_modified = :last_modified, body_sha256 = :body_sha256,
    fingerprint = :fingerprint, changes = :changes
WHERE article_id = :article_id;

-- name: save_page(page_id, article_id, portal, url, canonical_url, fetched_at, http_status, content_type, body_sha256, body_bytes, tls_verified, warc_file, warc_offset)!
-- The writer may have heard of the page before: then only the crawler's columns are filled in.
INSERT INTO page
    (page_id, article_id, portal, url, canonical_url, fetched_at, http_status, content_type, body_sha256, body_bytes,
     tls_verified, warc_file, warc_offset, published_at)
VALUES (:page_id, :article_id, :portal, :url, :canonical_url, :fetched_at, :http_status, :content_type, :body_sha256,
    :body_bytes, :tls_verified, :warc_file, :warc_offset, :fetched_at)
ON CONFLICT (page_id) DO UPDATE SET
    portal = coalesce(page.portal, excluded.portal), url = coalesce(page.url, excluded.url),
    canonical_url = coalesce(page.canonical_url, excluded.canonical_url), http_status = excluded.http_status,
    content_type = excluded.content_type, body_sha256 = excluded.body_sha256, body_bytes = excluded.body_bytes,
    tls_verified = excluded.tls_verified, warc_file = excluded.warc_file, warc_offset = excluded.warc_offset,
    published_at = coalesce(page.published_at, excluded.published_at),
    last_fetched_at = nullif(greatest(page.last_fetched_at, excluded.fetched_at), page.fetched_at);

-- name: add_counts(day, portals, whats, outcomes, ns)!
INSERT INTO crawl_count (day, portal, what, outcome, n)
SELECT :day, * FROM unnest(:portals::text[], :whats::text[], :outcomes::text[], :ns::bigint[])
ON CONFLICT (day, portal, what, outcome) DO UPDATE SET n = crawl_count.n + excluded.n;

-- name: unaccounted(before, attempts_max, n)
SELECT page.page_id, page.article_id, page.portal, page.url, page.canonical_url, page.fetched_at, page.http_status,
    page.content_type, page.body_sha256, page.body_bytes, page.tls_verified, page.warc_file, page.warc_offset,
    page.attempts, crawl_address.title, crawl_address.published, crawl_address.summary
FROM page JOIN crawl_address USING (article_id)
WHERE page.outcome IS NULL AND page.fetched_at < :before AND page.published_at < :before AND page.warc_file IS NOT NULL
    AND page.attempts < :attempts_max
ORDER BY page.published_at LIMIT :n;

-- name: republished(page_id, now)!
UPDATE page SET published_at = :now, attempts = attempts + 1 WHERE page_id = :page_id;

-- name: enrol_portals(ids, names, areas, urls)!
INSERT INTO portal (portal, name, area, url)
SELECT id, name, (SELECT area.area FROM area WHERE area.area = given.area), url
FROM unnest(:ids::text[], :names::text[], :areas::text[], :urls::text[]) AS given (id, name, area, url)
ON CONFLICT (portal) DO UPDATE SET name = excluded.name, area = excluded.area, url = excluded.url;

-- name: yields(portal, patterns, today, since)
SELECT pattern, coalesce(sum(taken) FILTER (WHERE day = :today), 0) AS taken_today, sum(good) AS good, sum(bad) AS bad
FROM crawl_pattern WHERE portal = :portal AND pattern = ANY (:patterns::text[]) AND day >= :since GROUP BY pattern;

-- name: twins(portal, fingerprint, article_id)$
SELECT count(*) FROM crawl_address WHERE portal = :portal AND fingerprint = :fingerprint AND article_id <> :article_id;

-- name: add_taken(portal, day, patterns, ns)!
INSERT INTO crawl_pattern (portal, pattern, day, taken)
SELECT :portal, pattern, :day, n FROM unnest(:patterns::text[], :ns::integer[]) AS given (pattern, n)
ON CONFLICT (portal, pattern, day) DO UPDATE SET taken = crawl_pattern.taken + excluded.taken;

-- name: add_yield(portal, pattern, day, good, bad)!
INSERT INTO crawl_pattern (portal, pattern, day, good, bad) VALUES (:portal, :pattern, :day, :good, :bad)
ON CONFLICT (portal, pattern, day) DO UPDATE
SET good = crawl_pattern.good + excluded.good, bad = crawl_pattern.bad + excluded.bad;
