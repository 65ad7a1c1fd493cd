-- Every column has its comment; a view's column that is handed on from a table says what the table's does. And two rules
-- that held all along are stated as constraints (not of rows that are there: an upgrade must not fail over an old one).

COMMENT ON TABLE migration IS 'The schema''s own history: which files of shared/store/migrations were applied.';
COMMENT ON COLUMN migration.migration IS 'The file''s name without .sql.';
COMMENT ON COLUMN migration.sha256 IS 'Of its text: an applied file is never edited.';
COMMENT ON COLUMN migration.applied_at IS 'When.';

COMMENT ON COLUMN indicator.domain IS 'First part of the code: employment, poverty, merit, ...';
COMMENT ON COLUMN indicator.name_vi IS 'Name in Vietnamese.';
COMMENT ON COLUMN indicator.name_en IS 'Name in English.';
COMMENT ON COLUMN indicator.definition IS 'What is counted, and what is not.';
COMMENT ON COLUMN portal.name IS 'As the portals file names it; null until the crawler has read that.';
COMMENT ON COLUMN portal.url IS 'Its front page.';

COMMENT ON COLUMN article.url IS 'Address at which the newest revision was fetched.';
COMMENT ON COLUMN article.canonical_url IS 'One address for all twins of the article (session ids, print views, hosts of one family). Need not be fetchable.';
COMMENT ON COLUMN article.title IS 'Of the newest revision.';
COMMENT ON COLUMN article.cleaner_version IS 'The cleaner that read the newest revision.';
COMMENT ON COLUMN article.extracted_cleaner_version IS 'The cleaner that had read the revision whose extraction holds.';

COMMENT ON COLUMN revision.article_id IS 'The article.';
COMMENT ON COLUMN revision.cleaner_version IS 'The newest cleaner that read it so.';
COMMENT ON COLUMN revision.title IS 'Headline; also the first line of text.';
COMMENT ON COLUMN revision.lead IS 'The summary above the body, where the page sets one apart. Null once retention has removed it.';
COMMENT ON COLUMN revision.published IS 'When the page says that it was published.';
COMMENT ON COLUMN revision.author IS 'Who wrote it, as printed: a person or an office. Null once retention has removed it.';
COMMENT ON COLUMN revision.source IS 'Where it was taken from, as printed.';
COMMENT ON COLUMN revision.method_confidence IS 'How sure the cleaner is of the container, 0 to 1.';
COMMENT ON COLUMN revision.recorded_at IS 'When this text was first written.';

COMMENT ON COLUMN observation.cleaner_version IS 'The cleaner that had read that text.';
COMMENT ON COLUMN observation.article_id IS 'The article that says it.';
COMMENT ON COLUMN observation.target_value_high IS 'The upper end of the plan''s figure, where that is a range.';
COMMENT ON COLUMN observation.quote_start IS 'Place of the quote''s first character in the revision''s text, from 0.';
COMMENT ON COLUMN observation.quote_end IS 'Place after its last character.';
COMMENT ON COLUMN observation.sentence IS 'The sentence around the quote; of a table the row with the headings of its columns.';

COMMENT ON COLUMN page.article_id IS 'The article that it is a page of: a function of the canonical address. It has a row in article once a text was read of it.';
COMMENT ON COLUMN page.url IS 'Address that answered, after redirects.';
COMMENT ON COLUMN page.canonical_url IS 'As of the article.';
COMMENT ON COLUMN page.http_status IS 'Of the answer.';
COMMENT ON COLUMN page.content_type IS 'As the server said.';
COMMENT ON COLUMN page.body_sha256 IS 'Of the unpacked body.';
COMMENT ON COLUMN page.body_bytes IS 'Length of the unpacked body.';
COMMENT ON COLUMN page.tls_verified IS 'False where the portal''s certificate was broken and its entry allows that.';
COMMENT ON COLUMN page.warc_offset IS 'Where the response record begins in warc_file, bytes.';
COMMENT ON COLUMN page.discard_detail IS 'What the cleaner saw.';
COMMENT ON COLUMN page.extracted_cleaner_version IS 'The cleaner that had read the text of that extraction.';

COMMENT ON COLUMN dead_letter.stage IS 'cleaner, extractor or writer.';
COMMENT ON COLUMN dead_letter.message IS 'The error in words.';
COMMENT ON COLUMN dead_letter.attempt IS 'Which try of the stage failed last.';
COMMENT ON COLUMN dead_letter.origin_topic IS 'Topic of the original; a retry puts it back there.';
COMMENT ON COLUMN dead_letter.origin_partition IS 'Where it lay when it failed last; with origin_offset.';
COMMENT ON COLUMN dead_letter.origin_offset IS 'See origin_partition.';
COMMENT ON COLUMN dead_letter.origin_key IS 'Its key, the article.';
COMMENT ON COLUMN dead_letter.article_id IS 'See portal.';
COMMENT ON COLUMN dead_letter.page_id IS 'See portal.';
COMMENT ON COLUMN dead_letter.url IS 'See portal.';
COMMENT ON COLUMN dead_letter.decided_at IS 'When it was decided.';
COMMENT ON COLUMN dead_letter.recorded_at IS 'When it first failed.';

COMMENT ON COLUMN replay.page_id IS 'See fetched_at.';
COMMENT ON COLUMN replay.pages IS 'Pages that were published again.';
COMMENT ON COLUMN replay.started_at IS 'When it began, or began anew.';
COMMENT ON COLUMN replay.finished_at IS 'When it came to its end; null while it runs or was stopped.';

COMMENT ON COLUMN crawl_host.host IS 'Name, without port.';
COMMENT ON COLUMN crawl_host.robots_fetched_at IS 'When robots.txt was last asked for with success.';
COMMENT ON COLUMN crawl_source.source_id IS 'A function of portal and the entry''s address.';
COMMENT ON COLUMN crawl_source.portal IS 'Its portal.';
COMMENT ON COLUMN crawl_source.kind IS 'feed, listing (a page of headlines) or sitemap.';
COMMENT ON COLUMN crawl_source.host IS 'Host of url: whoever holds its lease polls the source.';
COMMENT ON COLUMN crawl_source.next_at IS 'When it is polled next.';
COMMENT ON COLUMN crawl_source.polled_at IS 'When it was last polled.';
COMMENT ON COLUMN crawl_source.succeeded_at IS 'When it last answered well.';
COMMENT ON COLUMN crawl_source.etag IS 'ETag of the last good answer, for a conditional request.';
COMMENT ON COLUMN crawl_source.last_modified IS 'Last-Modified of the same.';
COMMENT ON COLUMN crawl_source.body_sha256 IS 'Of the last good answer.';
COMMENT ON COLUMN crawl_address.article_id IS 'A function of the canonical address.';
COMMENT ON COLUMN crawl_address.portal IS 'The portal whose source named it first.';
COMMENT ON COLUMN crawl_address.source_id IS 'That source.';
COMMENT ON COLUMN crawl_address.host IS 'Host of url.';
COMMENT ON COLUMN crawl_address.url IS 'Where it is fetched.';
COMMENT ON COLUMN crawl_address.canonical_url IS 'One address for all twins of the article.';
COMMENT ON COLUMN crawl_address.found_at IS 'When a source first named it.';
COMMENT ON COLUMN crawl_address.published IS 'See title.';
COMMENT ON COLUMN crawl_address.summary IS 'See title.';
COMMENT ON COLUMN crawl_address.visits IS 'Fetches that succeeded.';
COMMENT ON COLUMN crawl_address.failures IS 'Weighted failures since the last success; sets the back-off.';
COMMENT ON COLUMN crawl_address.outcome IS 'How the last fetch ended (services/crawler/outcomes.py).';
COMMENT ON COLUMN crawl_address.etag IS 'ETag of the last good answer, for a conditional request.';
COMMENT ON COLUMN crawl_address.last_modified IS 'Last-Modified of the same.';
COMMENT ON COLUMN crawl_address.body_sha256 IS 'Of the page published last.';
COMMENT ON COLUMN crawl_count.day IS 'In Viet Nam.';
COMMENT ON COLUMN crawl_count.portal IS 'The portal that was asked, or whose address was refused.';
COMMENT ON COLUMN crawl_count.outcome IS 'How it ended (services/crawler/outcomes.py), or why it was refused.';
COMMENT ON COLUMN crawl_count.n IS 'How many.';
COMMENT ON COLUMN crawl_pattern.portal IS 'The portal.';
COMMENT ON COLUMN crawl_pattern.pattern IS 'The shape.';
COMMENT ON COLUMN crawl_pattern.day IS 'In Viet Nam.';

COMMENT ON COLUMN indicator_latest.value IS 'The best value; the lower end of a range.';
COMMENT ON COLUMN indicator_latest.comparator IS 'Of the best value: eq before approx, gt, lt, ge, le.';
COMMENT ON COLUMN indicator_latest.sources IS 'How many originals say the best value; reprints count as their original.';
COMMENT ON COLUMN indicator_latest.published IS 'When the latest of them was published.';
COMMENT ON COLUMN indicator_latest.confidence IS 'Of the surest of them.';
COMMENT ON COLUMN indicator_latest.observation_ids IS 'The observations that say it, copies too.';
COMMENT ON COLUMN plan_vs_actual.target_high IS 'The upper end of the plan''s figure, where that is a range.';
COMMENT ON COLUMN plan_vs_actual.actual IS 'The result.';
COMMENT ON COLUMN plan_vs_actual.actual_status IS 'actual, or estimate where no result was reported.';
COMMENT ON COLUMN plan_vs_actual.target_agreed IS 'False where another source gives another plan; null without a plan stated as such.';
COMMENT ON COLUMN plan_vs_actual.actual_agreed IS 'False where another source gives another result.';
COMMENT ON COLUMN plan_vs_actual.target_observation_ids IS 'The observations that state the plan.';
COMMENT ON COLUMN plan_vs_actual.actual_observation_ids IS 'The observations that state the result.';
COMMENT ON COLUMN series.area IS 'A unit of today (34-24), or VN.';
COMMENT ON COLUMN series.value IS 'The best value; where mapped, the sum of those of the provinces in areas.';
COMMENT ON COLUMN series.comparator IS 'eq where every part is exact, else approx.';
COMMENT ON COLUMN series.agreed IS 'False where a source of some part says otherwise.';
COMMENT ON COLUMN provenance.live IS 'Whether the reading holds.';
COMMENT ON COLUMN provenance.cleaner_method IS 'How the text was found: profile:<id>, scorer, trafilatura, text.';
COMMENT ON COLUMN ledger.pages IS 'How many.';
COMMENT ON COLUMN ledger.figures IS 'Observations that were found in them.';
COMMENT ON COLUMN ledger.oldest IS 'When the first of them was fetched.';
COMMENT ON COLUMN ledger.newest IS 'When the last of them was fetched.';
COMMENT ON COLUMN ledger.last_hour IS 'How many got their outcome during the last hour.';
COMMENT ON COLUMN ledger.cleaned IS 'Of how many the cleaner read a text.';
COMMENT ON COLUMN ledger.attempts IS 'The most that one of them was published again.';
COMMENT ON COLUMN observation_live.indicator_name IS 'Name in Vietnamese.';
COMMENT ON COLUMN observation_live.area_name IS 'Name in Vietnamese, without tỉnh or thành phố.';

DO $$
DECLARE
    it record;
BEGIN
    FOR it IN
        SELECT view.relname AS view, c.attname AS col, coalesce(CASE c.attname
                WHEN 'period_from' THEN 'First day of the period.'
                WHEN 'period_to' THEN 'Last day of the period.'
            END, given.said) AS said
        FROM pg_class AS view
        JOIN pg_attribute AS c ON c.attrelid = view.oid AND c.attnum > 0
        LEFT JOIN LATERAL (
            SELECT col_description(t.oid, a.attnum) AS said
            FROM unnest(CASE view.relname WHEN 'ledger' THEN ARRAY['page'] ELSE
                ARRAY['observation', 'article', 'page', 'revision', 'indicator', 'area'] END)
                WITH ORDINALITY AS tables (name, place)
            JOIN pg_class AS t ON t.oid = tables.name::regclass
            JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attname = c.attname AND a.attnum > 0
            ORDER BY place LIMIT 1
        ) AS given ON true
        WHERE view.relkind = 'v' AND view.relnamespace = 'public'::regnamespace
            AND col_description(view.oid, c.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', it.view, it.col, it.said);
    END LOOP;
END $$;

ALTER TABLE page ADD CONSTRAINT page_archived_at_a_place CHECK (num_nulls(warc_file, warc_offset) <> 1) NOT VALID;
ALTER TABLE observation ADD CONSTRAINT observation_percent_of_what
    CHECK (measure NOT IN ('relative_change', 'plan_ratio') OR unit = 'percent') NOT VALID;
