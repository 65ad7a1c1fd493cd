-- What the crawler remembers: hosts and who may ask them, sources that are polled, addresses of articles, counts.

CREATE TABLE crawl_host (
    host text PRIMARY KEY,
    due_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL DEFAULT 'epoch',
    lease_owner text,
    lease_until timestamptz,
    robots_body text,
    robots_fetched_at timestamptz,
    robots_failing_since timestamptz,
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
);
COMMENT ON TABLE crawl_host IS 'One row a host. Whoever holds its lease asks it, nobody else: so delay and concurrency hold across crawlers.';
COMMENT ON COLUMN crawl_host.due_at IS 'When the next of its sources and addresses is due.';
COMMENT ON COLUMN crawl_host.not_before IS 'No request before: the delay after the last one, or a Retry-After.';
COMMENT ON COLUMN crawl_host.lease_owner IS 'The crawler process that holds the lease.';
COMMENT ON COLUMN crawl_host.lease_until IS 'When the lease ends if it is not renewed.';
COMMENT ON COLUMN crawl_host.robots_body IS 'Its robots.txt; null where it is missing.';
COMMENT ON COLUMN crawl_host.robots_failing_since IS 'Since when robots.txt is answered by errors: the host waits, for 30 days at most.';
CREATE INDEX crawl_host_due ON crawl_host (due_at);

CREATE TABLE crawl_source (
    source_id text PRIMARY KEY,
    portal text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('feed', 'listing', 'sitemap')),
    url text NOT NULL,
    host text NOT NULL REFERENCES crawl_host,
    active boolean NOT NULL DEFAULT true,
    next_at timestamptz NOT NULL,
    interval_s double precision NOT NULL,
    status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'live', 'silent', 'failing')),
    failures double precision NOT NULL DEFAULT 0,
    outcome text,
    polled_at timestamptz,
    succeeded_at timestamptz,
    new_at timestamptz,
    gap_s double precision,
    etag text,
    last_modified text,
    body_sha256 text,
    full_at timestamptz,
    conditions_lie boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE crawl_source IS 'One row a feed, listing page or sitemap of the portals file.';
COMMENT ON COLUMN crawl_source.url IS 'Where it is now: the entry''s address, or where that has moved for good.';
COMMENT ON COLUMN crawl_source.active IS 'Whether the portals file still names it. Never cleared by failures.';
COMMENT ON COLUMN crawl_source.interval_s IS 'Learnt wait between two polls in office hours, seconds.';
COMMENT ON COLUMN crawl_source.status IS 'new: never answered; live; silent: nothing new for far longer than its habit; failing.';
COMMENT ON COLUMN crawl_source.failures IS 'Weighted failures since the last success; sets the back-off.';
COMMENT ON COLUMN crawl_source.outcome IS 'How the last poll ended (services/crawler/outcomes.py).';
COMMENT ON COLUMN crawl_source.new_at IS 'When something new was last found.';
COMMENT ON COLUMN crawl_source.gap_s IS 'Mean time between two polls that found something new, seconds.';
COMMENT ON COLUMN crawl_source.full_at IS 'When it was last fetched without conditions.';
COMMENT ON COLUMN crawl_source.conditions_lie IS 'Its server keeps ETag or Last-Modified after a change.';
CREATE INDEX crawl_source_due ON crawl_source (host, next_at) WHERE active;

CREATE TABLE crawl_address (
    article_id text PRIMARY KEY,
    portal text NOT NULL,
    source_id text NOT NULL,
    host text NOT NULL REFERENCES crawl_host,
    url text NOT NULL,
    canonical_url text NOT NULL,
    found_at timestamptz NOT NULL,
    next_at timestamptz,
    title text NOT NULL DEFAULT '',
    published timestamptz,
    summary text NOT NULL DEFAULT '',
    visits integer NOT NULL DEFAULT 0,
    fetched_at timestamptz,
    failures double precision NOT NULL DEFAULT 0,
    outcome text,
    etag text,
    last_modified text,
    body_sha256 text,
    fingerprint text,
    changes integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE crawl_address IS 'One row an article''s address, from the day it was found.';
COMMENT ON COLUMN crawl_address.next_at IS 'Next fetch; null when it is done with.';
COMMENT ON COLUMN crawl_address.title IS 'What the feed or listing said; so published and summary.';
COMMENT ON COLUMN crawl_address.fetched_at IS 'First successful fetch: the readings after 1, 6, 24 and 72 hours count from it.';
COMMENT ON COLUMN crawl_address.fingerprint IS 'Hash of the page''s words and numbers without clocks and counters.';
COMMENT ON COLUMN crawl_address.changes IS 'Pages published of it beyond the first.';
CREATE INDEX crawl_address_due ON crawl_address (host, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE crawl_count (
    day date NOT NULL,
    portal text NOT NULL,
    what text NOT NULL CHECK (what IN ('poll', 'visit', 'robots', 'refused')),
    outcome text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (day, portal, what, outcome)
);
COMMENT ON TABLE crawl_count IS 'How many requests of each portal ended how, by day in Viet Nam. Every request is counted once.';
COMMENT ON COLUMN crawl_count.what IS 'poll of a source, visit of an address, robots.txt, or refused: an address that was not taken up.';

CREATE INDEX crawl_address_fingerprint ON crawl_address (portal, fingerprint) WHERE fingerprint IS NOT NULL;

CREATE TABLE crawl_pattern (
    portal text NOT NULL,
    pattern text NOT NULL,
    day date NOT NULL,
    taken integer NOT NULL DEFAULT 0,
    good integer NOT NULL DEFAULT 0,
    bad integer NOT NULL DEFAULT 0,
    PRIMARY KEY (portal, pattern, day)
);
COMMENT ON TABLE crawl_pattern IS 'What came of the addresses of one shape (numbers and words blurred), by day: endless calendars and soft errors are known by it.';
COMMENT ON COLUMN crawl_pattern.taken IS 'New addresses taken up.';
COMMENT ON COLUMN crawl_pattern.good IS 'First fetches that gave a page with words of its own.';
COMMENT ON COLUMN crawl_pattern.bad IS 'First fetches that gave none: gone, no HTML, or the words of another address.';
