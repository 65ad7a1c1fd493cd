-- The account of every page, and the dead letters.

CREATE TABLE page (
    page_id text PRIMARY KEY,
    article_id text NOT NULL,
    portal text REFERENCES portal,
    url text,
    canonical_url text,
    fetched_at timestamptz NOT NULL,
    http_status integer,
    content_type text,
    body_sha256 text,
    body_bytes bigint,
    tls_verified boolean,
    warc_file text,
    warc_offset bigint,
    published_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    cleaner_version integer,
    cleaned_revision text,
    discard_reason text,
    discard_detail text,
    extracted_cleaner_version integer,
    extractor_version integer,
    figures integer,
    copy_of text,
    dead_letter_id text,
    outcome text GENERATED ALWAYS AS (
        CASE
            WHEN discard_reason IS NOT NULL THEN 'discarded'
            WHEN copy_of IS NOT NULL THEN 'duplicate'
            WHEN figures > 0 THEN 'written'
            WHEN figures = 0 THEN 'no_figures'
            WHEN dead_letter_id IS NOT NULL THEN 'dead'
        END) STORED,
    outcome_at timestamptz,
    CHECK (num_nulls(cleaned_revision, discard_reason) > 0)
);
COMMENT ON TABLE page IS 'The ledger: one row for each body that was fetched at an address, from fetch to outcome. The crawler writes the columns up to attempts, the writer the rest.';
COMMENT ON COLUMN page.page_id IS 'A function of canonical address and body.';
COMMENT ON COLUMN page.portal IS 'The portal that led to it.';
COMMENT ON COLUMN page.warc_file IS 'Archive file of the answer; with warc_offset where its record begins, in bytes.';
COMMENT ON COLUMN page.published_at IS 'When the bus last acknowledged the page; null while it was only archived.';
COMMENT ON COLUMN page.attempts IS 'How often it was published again from the archive, because no outcome was seen.';
COMMENT ON COLUMN page.cleaner_version IS 'The newest cleaner that has read it; cleaned_revision or discard_reason is what it said.';
COMMENT ON COLUMN page.cleaned_revision IS 'The text that the cleaner read of it.';
COMMENT ON COLUMN page.discard_reason IS 'Why it is no article.';
COMMENT ON COLUMN page.extractor_version IS 'The newest extractor that has read it.';
COMMENT ON COLUMN page.figures IS 'How many observations that extractor found.';
COMMENT ON COLUMN page.copy_of IS 'The original, where the page gives its article''s newest revision and that is a copy (article.copy_of).';
COMMENT ON COLUMN page.dead_letter_id IS 'The last dead letter of it.';
COMMENT ON COLUMN page.outcome IS 'written, no_figures, discarded, duplicate or dead; null while unaccounted.';
COMMENT ON COLUMN page.outcome_at IS 'When the first outcome was recorded.';
CREATE INDEX page_unaccounted ON page (fetched_at) WHERE outcome IS NULL;
CREATE INDEX page_article ON page (article_id);
CREATE INDEX page_portal ON page (portal, outcome);
CREATE INDEX page_url ON page USING hash (url);
CREATE INDEX page_fetched ON page USING brin (fetched_at);

CREATE TABLE dead_letter (
    dead_letter_id text PRIMARY KEY,
    stage text NOT NULL,
    error text NOT NULL,
    message text NOT NULL,
    failed_at timestamptz NOT NULL,
    attempt integer NOT NULL,
    origin_topic text NOT NULL,
    origin_partition integer NOT NULL,
    origin_offset bigint NOT NULL,
    origin_key bytea,
    origin_value bytea,
    origin_headers jsonb NOT NULL,
    portal text,
    article_id text,
    page_id text,
    url text,
    decision text CHECK (decision IN ('retry', 'drop')),
    decided_at timestamptz,
    retries integer NOT NULL DEFAULT 0,
    state text NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN decision = 'drop' THEN 'dropped'
            WHEN decision = 'retry' AND decided_at >= failed_at THEN 'retried'
            ELSE 'open'
        END) STORED,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nulls(decision, decided_at) IN (0, 2))
);
COMMENT ON TABLE dead_letter IS 'Messages that a stage could not process, with their original bytes.';
COMMENT ON COLUMN dead_letter.dead_letter_id IS 'A function of stage and original: what fails again after a retry is the same dead letter, open again.';
COMMENT ON COLUMN dead_letter.failed_at IS 'When it failed last; error, message, attempt and place are of that time.';
COMMENT ON COLUMN dead_letter.error IS 'poison, time_limit, worker_died, too_large or refused.';
COMMENT ON COLUMN dead_letter.origin_value IS 'The message as it was; null once retention has removed it.';
COMMENT ON COLUMN dead_letter.origin_headers IS '[[name, base64], ...] in their order.';
COMMENT ON COLUMN dead_letter.portal IS 'Of the original, where it can be read; so article_id, page_id and url.';
COMMENT ON COLUMN dead_letter.decision IS 'What a person decided last: retry puts the original back on its topic, drop gives it up.';
COMMENT ON COLUMN dead_letter.retries IS 'How often it was put back.';
COMMENT ON COLUMN dead_letter.state IS 'open (never decided, or failed again after a retry), retried, dropped.';
CREATE INDEX dead_letter_open ON dead_letter (stage, failed_at) WHERE state = 'open';
CREATE INDEX dead_letter_page ON dead_letter (page_id);
