-- What analysts ask for: live observations with their names and days, best values, plans and results, series over the
-- mergers, provenance. And a role that may only read.

CREATE FUNCTION period_from(period text) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
        WHEN period ~ '^\d{4}-\d{2}-\d{2}$' THEN make_date(y, substr(period, 6, 2)::int, 1) + substr(period, 9)::int - 1
        WHEN period ~ '^\d{4}-\d{2}$' THEN make_date(y, substr(period, 6)::int, 1)
        WHEN period ~ '^\d{4}-M' THEN make_date(y, substr(period, 7, 2)::int, 1)
        WHEN period ~ '^\d{4}-Q' THEN make_date(y, 3 * substr(period, 7)::int - 2, 1)
        WHEN period ~ '^\d{4}-H' THEN make_date(y, 6 * substr(period, 7)::int - 5, 1)
        ELSE make_date(y, 1, 1)
    END
    FROM (SELECT greatest(left(period, 4)::int, 1) AS y)
$$;
COMMENT ON FUNCTION period_from IS 'First day of a period: 2023-H2 gives 2023-07-01.';

CREATE FUNCTION period_to(period text) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE
        WHEN period ~ '^\d{4}-\d{2}-\d{2}$' THEN period_from(period)
        WHEN period ~ '^\d{4}-\d{2}$' THEN (period_from(period) + interval '1 month')::date - 1
        WHEN period ~ '^\d{4}-M' THEN (make_date(y, right(period, 2)::int, 1) + interval '1 month')::date - 1
        WHEN period ~ '^\d{4}-Q' THEN (period_from(period) + interval '3 months')::date - 1
        WHEN period ~ '^\d{4}-H' THEN (period_from(period) + interval '6 months')::date - 1
        WHEN period ~ '/' THEN make_date(greatest(right(period, 4)::int, 1), 12, 31)
        ELSE make_date(y, 12, 31)
    END
    FROM (SELECT greatest(left(period, 4)::int, 1) AS y)
$$;
COMMENT ON FUNCTION period_to IS 'Last day of a period: 2023-M01/M09 gives 2023-09-30, 2021/2025 gives 2025-12-31.';

CREATE VIEW observation_live AS
SELECT
    o.observation_id, o.indicator, i.name_vi AS indicator_name, o.label, o.measure, o.value, o.value_high, o.unit,
    o.comparator, o.status, o.period, period_from(o.period) AS period_from, period_to(o.period) AS period_to, o.area,
    area.name AS area_name, o.locality, o.target_value, o.target_value_high, o.plan_ratio, o.change, o.breakdown,
    o.quote, o.sentence, o.confidence, o.flags, a.article_id, coalesce(a.copy_of, a.article_id) AS source, a.title,
    a.url, a.portal, a.published, o.revision, o.extractor_version, o.recorded_at
FROM observation AS o
JOIN article AS a USING (article_id)
LEFT JOIN indicator AS i USING (indicator)
LEFT JOIN area ON area.area = o.area
WHERE o.retired_at IS NULL
    AND (a.extracted_revision IS NULL
        OR (o.revised_at, o.cleaner_version, o.extractor_version)
            >= (a.extracted_revised_at, a.extracted_cleaner_version, a.extractor_version));
COMMENT ON VIEW observation_live IS 'Observations that hold now, with names and days. Leaves out the few whose newer reading was refused (a dead letter): their old value may be wrong.';
COMMENT ON COLUMN observation_live.source IS 'The article, or the original that it is a copy of: count these, not articles.';

CREATE VIEW indicator_latest AS
WITH figure AS (
    SELECT indicator, area, period, status, breakdown, unit, value, value_high, comparator,
        count(DISTINCT source) AS sources, max(published) AS published, max(confidence) AS confidence,
        min(target_value) AS target_value, min(plan_ratio) AS plan_ratio,
        array_agg(DISTINCT observation_id) AS observation_ids
    FROM observation_live
    WHERE indicator IS NOT NULL AND area IS NOT NULL AND locality IS NULL AND measure = 'level'
    GROUP BY indicator, area, period, status, breakdown, unit, value, value_high, comparator
), ranked AS (
    SELECT *,
        row_number() OVER best AS place,
        first_value(value) OVER best AS best_value
    FROM figure
    WINDOW best AS (
        PARTITION BY indicator, area, period, status, breakdown, unit
        ORDER BY comparator = 'eq' DESC, sources DESC, published DESC NULLS LAST, confidence DESC, value, comparator)
), compared AS (
    SELECT *,
        abs(value - best_value) > abs(best_value) * CASE comparator WHEN 'eq' THEN 0.005 ELSE 0.05 END AS differs
    FROM ranked
)
SELECT indicator, area, period, status, breakdown, unit,
    min(value) FILTER (WHERE place = 1) AS value,
    min(value_high) FILTER (WHERE place = 1) AS value_high,
    min(comparator) FILTER (WHERE place = 1) AS comparator,
    min(sources) FILTER (WHERE place = 1) AS sources,
    min(published) FILTER (WHERE place = 1) AS published,
    min(confidence) FILTER (WHERE place = 1) AS confidence,
    min(target_value) FILTER (WHERE place = 1) AS target_value,
    min(plan_ratio) FILTER (WHERE place = 1) AS plan_ratio,
    min(observation_ids) FILTER (WHERE place = 1) AS observation_ids,
    NOT bool_or(differs) AS agreed,
    coalesce(
        jsonb_agg(jsonb_build_object('value', value, 'comparator', comparator, 'sources', sources,
            'published', published, 'observation_ids', observation_ids) ORDER BY place) FILTER (WHERE differs),
        '[]') AS others
FROM compared
GROUP BY indicator, area, period, status, breakdown, unit;
COMMENT ON VIEW indicator_latest IS 'The best value of each indicator, area, period, status, part and unit (levels of whole provinces and the nation). Exact figures go before vague ones; then what most sources say (copies are no sources); then the latest published; then the surest.';
COMMENT ON COLUMN indicator_latest.agreed IS 'False where some source says otherwise: more than 0.5 % off, or 5 % for a vague figure (khoảng, hơn, ...).';
COMMENT ON COLUMN indicator_latest.others IS 'The values that differ, with their sources.';

CREATE VIEW plan_vs_actual AS
WITH actual AS (
    SELECT DISTINCT ON (indicator, area, period, breakdown, unit) *
    FROM indicator_latest WHERE status IN ('actual', 'estimate')
    ORDER BY indicator, area, period, breakdown, unit, status
), target AS (
    SELECT * FROM indicator_latest WHERE status = 'target'
)
SELECT indicator, area, period, breakdown, unit,
    coalesce(target.value, actual.target_value) AS target,
    target.value_high AS target_high,
    actual.value AS actual,
    actual.status AS actual_status,
    round(100 * actual.value / nullif(coalesce(target.value, actual.target_value), 0), 1) AS reached_percent,
    actual.plan_ratio AS stated_percent,
    target.agreed AS target_agreed,
    actual.agreed AS actual_agreed,
    target.observation_ids AS target_observation_ids,
    actual.observation_ids AS actual_observation_ids
FROM actual FULL JOIN target USING (indicator, area, period, breakdown, unit);
COMMENT ON VIEW plan_vs_actual IS 'Plan and result of each indicator, area, period, part and unit, side by side; either may be missing. A result that is reported goes before an estimate.';
COMMENT ON COLUMN plan_vs_actual.target IS 'The plan''s figure as an article states it, else the figure given beside the result.';
COMMENT ON COLUMN plan_vs_actual.reached_percent IS 'Computed: 100 * actual / target.';
COMMENT ON COLUMN plan_vs_actual.stated_percent IS 'As the article of the result says it.';

CREATE VIEW series AS
WITH whole AS (
    SELECT latest.*, i.kind, area.successor
    FROM indicator_latest AS latest
    JOIN indicator AS i USING (indicator)
    JOIN area USING (area)
    WHERE breakdown = '{}'
), parts AS (
    SELECT successor AS area, count(*) AS expected FROM area WHERE successor IS NOT NULL GROUP BY successor
), mapped AS (
    SELECT indicator, successor AS area, period, status, unit, sum(value) AS value,
        CASE WHEN bool_and(comparator = 'eq') THEN 'eq' ELSE 'approx' END AS comparator,
        array_agg(whole.area ORDER BY whole.area) AS areas, count(*) = expected AS complete, bool_and(agreed) AS agreed
    FROM whole JOIN parts ON parts.area = successor
    WHERE kind IN ('flow', 'stock') AND unit NOT IN ('percent', 'percentage_point') OR expected = 1
    GROUP BY indicator, successor, period, status, unit, expected
)
SELECT indicator, area, period, period_from(period) AS period_from, period_to(period) AS period_to, status, unit, value,
    comparator, false AS mapped, ARRAY[area] AS areas, true AS complete, agreed
FROM whole WHERE successor IS NULL
UNION ALL
SELECT indicator, area, period, period_from(period), period_to(period), status, unit, value, comparator, true, areas,
    complete, agreed
FROM mapped
WHERE NOT EXISTS (
    SELECT FROM whole
    WHERE (whole.indicator, whole.area, whole.period, whole.status, whole.unit)
        = (mapped.indicator, mapped.area, mapped.period, mapped.status, mapped.unit));
COMMENT ON VIEW series IS 'Values by the areas of today: figures of the provinces before 1 July 2025 are added up to the units that took them over. Rates cannot be added: of those only provinces that were not merged are carried on.';
COMMENT ON COLUMN series.mapped IS 'True where the value is of the provinces before the mergers.';
COMMENT ON COLUMN series.areas IS 'The provinces whose figures were added up.';
COMMENT ON COLUMN series.complete IS 'False where a part is missing: the sum is too small, do not compare it.';

CREATE VIEW provenance AS
SELECT o.observation_id, o.revision, o.extractor_version, o.retired_at IS NULL AS live, o.indicator, o.label, o.value,
    o.unit, o.status, o.period, o.area, o.locality, o.quote, o.quote_start, o.quote_end, o.sentence, o.rules, o.flags,
    o.confidence, a.article_id, a.title, a.url, a.portal, a.published, a.copy_of, r.method AS cleaner_method,
    r.cleaner_version, p.page_id, p.fetched_at, p.http_status, p.body_sha256, p.tls_verified, p.warc_file, p.warc_offset
FROM observation AS o
JOIN article AS a USING (article_id)
LEFT JOIN revision AS r ON r.article_id = o.article_id AND r.revision = o.revision
LEFT JOIN page AS p USING (page_id);
COMMENT ON VIEW provenance IS 'From every reading, retired ones too, back to sentence, article, page and the record in the WARC archive.';

CREATE VIEW ledger AS
SELECT portal, outcome, discard_reason, count(*) AS pages, sum(figures) AS figures, min(fetched_at) AS oldest,
    max(fetched_at) AS newest, count(*) FILTER (WHERE outcome_at > now() - interval '1 hour') AS last_hour,
    count(*) FILTER (WHERE cleaned_revision IS NOT NULL) AS cleaned, max(attempts) AS attempts
FROM page
GROUP BY portal, outcome, discard_reason;
COMMENT ON VIEW ledger IS 'Pages by portal and outcome; outcome is null for pages that are still unaccounted.';

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'solieu_reader') THEN
        CREATE ROLE solieu_reader NOLOGIN;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN RAISE NOTICE 'no right to create the role solieu_reader';
    WHEN duplicate_object OR unique_violation THEN NULL;  -- made in another database at this moment
END $$;
DO $$
BEGIN
    GRANT USAGE ON SCHEMA public TO solieu_reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO solieu_reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO solieu_reader;
EXCEPTION
    WHEN undefined_object OR insufficient_privilege THEN RAISE NOTICE 'the role solieu_reader is not there';
END $$;
