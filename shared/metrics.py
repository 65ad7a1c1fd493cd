"""Every metric of Solieu: name, help, labels, and which alert or panel reads it (deploy/prometheus, deploy/grafana).

One process a container, so no multiprocess mode: what worker processes count is returned to the parent and counted
there. Labels are closed sets (stage names, topics, event types, words of an enum), never messages, ids or addresses.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

# --- stages: shared/bus/runner.py ------------------------------------------------------------------------------------
RECORDS_READ: Final = Counter(
    "solieu_records_read", "Records that a stage took from its topics, re-deliveries included.", ["stage"]
)  # rate per stage; panel Throughput
RECORDS_DONE: Final = Counter(
    "solieu_records_done", "Records whose outputs are acknowledged and whose offset is committed.", ["stage"]
)  # read minus done: what was done twice
EVENTS_PUBLISHED: Final = Counter(
    "solieu_events_published", "Events that the bus acknowledged, by CloudEvents type.", ["stage", "type"]
)  # cleaned against discarded; observations an article; panel Outcomes
DEAD_LETTERS: Final = Counter(
    "solieu_dead_letters", "Records given up. error: the closed set of events.DeadLetter.error.", ["stage", "error"]
)  # alert DeadLetters: any within an hour
WAITS: Final = Counter(
    "solieu_waits",
    "Waits for something that is away. doing: start | fetch | publish | write | open | commit.",
    ["stage", "doing"],
)  # alert Waiting: rising for 5 minutes
BATCH_SECONDS: Final = Histogram(
    "solieu_batch_seconds",
    "From the first record of a batch to its commit.",
    ["stage"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300),
)  # panel Latency
BATCHES_DROPPED: Final = Counter(
    "solieu_batches_dropped",
    "Batches not committed, to be read again. reason: disowned | cut_short.",
    ["stage", "reason"],
)  # panel Rebalances
WORKERS_KILLED: Final = Counter(
    "solieu_workers_killed", "Worker processes lost. reason: time_limit | died.", ["stage", "reason"]
)  # alert WorkersDie
PRODUCERS_RENEWED: Final = Counter(
    "solieu_producers_renewed", "Producers replaced after a failed send.", ["stage"]
)  # panel Broker
LAG: Final = Gauge(
    "solieu_lag_records", "Records not yet committed, over the partitions of this member.", ["stage"]
)  # alert Lag; panel Lag
PROGRESS: Final = Gauge(
    "solieu_progress_timestamp_seconds", "When the stage last got something done, Unix time.", ["stage"]
)  # alert Stuck: lag above 0 and this older than a minute
HEALTHY: Final = Gauge("solieu_healthy", "1 while /healthz says 200.", ["stage"])  # alert Unhealthy

# --- the crawl: services/crawler/gauges.py. Every crawler shows the same numbers: take the maximum -------------------
PAGES_OPEN: Final = Gauge(
    "solieu_pages_open", "Pages fetched more than an hour ago that have no outcome yet."
)  # alert PagesOpen: the promise that every page is accounted for
SOURCES: Final = Gauge(
    "solieu_sources",
    "Feeds, listings and sitemaps that are followed. status: new | live | silent | failing.",
    ["status"],
)  # alert SourcesFailing; panel Sources
POLL_OVERDUE: Final = Gauge(
    "solieu_poll_overdue_seconds", "How late the poll is that is due longest, of hosts that may be asked."
)  # alert CrawlBehind
REQUESTS_TODAY: Final = Gauge(
    "solieu_requests_today",
    "Requests to portals since midnight in Viet Nam. outcome: services/crawler/outcomes.py.",
    ["what", "outcome"],
)  # panel Requests

# --- the cleaner's ways: services/writer/gauges.py. Every writer shows the same numbers: take the maximum -------------
RULE_DRIFT: Final = Gauge(
    "solieu_cleaner_rule_drift_ratio",
    "Articles of the last day that a rule of the cleaner struck something on, against as many as in the seven days"
    " before, portal by portal. 1: as ever. Absent below 50 articles.",
    ["rule"],
)  # alert RuleDrift: above 3 or below 1/3
CONTAINER_LOST: Final = Gauge(
    "solieu_portal_container_lost",
    "Share of a portal's articles of the last day not read by the profile that read most of them in the week before."
    " Absent below 5 articles, or 20 in the week.",
    ["portal"],
)  # alert ContainerLost: above a half
