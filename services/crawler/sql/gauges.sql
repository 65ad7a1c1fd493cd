-- What the crawler's gauges show (services/crawler/gauges.py).

-- name: pages_open(before)$
-- Pages that were fetched before that time and have no outcome yet.
SELECT count(*) FROM page WHERE outcome IS NULL AND fetched_at < :before;

-- name: sources_by_status()
SELECT status, count(*) AS n FROM crawl_source WHERE active GROUP BY status;

-- name: overdue_s(now)$
-- Of the sources whose host may be asked, how late the latest is.
SELECT coalesce(max(extract(epoch FROM :now - source.next_at)), 0)::float8
FROM crawl_source AS source JOIN crawl_host USING (host)
WHERE source.active AND source.next_at < :now AND crawl_host.not_before < :now
    AND crawl_host.robots_failing_since IS NULL;

-- name: requests_of(day)
SELECT what, outcome, sum(n)::float8 AS n FROM crawl_count WHERE day = :day GROUP BY what, outcome;
