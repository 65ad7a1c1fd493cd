-- name: merge_extractions(article, revision, revised_at, cleaner_version, extractor_version, page, observation_ids)!
-- Which extraction of an article holds. One row an article; observation_ids are joined by blanks.
UPDATE article SET
    extracted_revision = new.revision, extracted_revised_at = new.revised_at,
    extracted_cleaner_version = new.cleaner_version, extractor_version = new.extractor_version,
    extracted_page_id = new.page_id, observation_ids = string_to_array(new.observation_ids, ' ')
FROM unnest(
    :article::text[], :revision::text[], :revised_at::timestamptz[], :cleaner_version::integer[],
    :extractor_version::integer[], :page::text[], :observation_ids::text[])
    AS new (article_id, revision, revised_at, cleaner_version, extractor_version, page_id, observation_ids)
WHERE article.article_id = new.article_id
    AND (article.extracted_revision IS NULL
        OR (new.revised_at, new.cleaner_version, new.extractor_version, new.revision, new.page_id)
            > (article.extracted_revised_at, article.extracted_cleaner_version, article.extractor_version,
                article.extracted_revision, article.extracted_page_id));

-- name: merge_observations(observation, revision, extractor_version, revised_at, cleaner_version, article, indicator, label, measure, value, value_high, unit, comparator, status, period, area, locality, target_value, target_value_high, plan_ratio, change, breakdown, quote, quote_start, quote_end, sentence, confidence, flags, rules)!
-- One row a reading; the latest sight of its text gives it. It is taken to hold; settle_observations corrects that.
-- flags and rules are joined by line feeds.
INSERT INTO observation AS kept (
    observation_id, revision, extractor_version, revised_at, cleaner_version, article_id, indicator, label, measure,
    value, value_high, unit, comparator, status, period, area, locality, target_value, target_value_high, plan_ratio,
    change, breakdown, quote, quote_start, quote_end, sentence, confidence, flags, rules)
SELECT observation_id, revision, extractor_version, revised_at, cleaner_version, article_id, indicator, label, measure,
    value, value_high, unit, comparator, status, period, area, locality, target_value, target_value_high, plan_ratio,
    change, breakdown::jsonb, quote, quote_start, quote_end, sentence, confidence, string_to_array(flags, E'\n'),
    string_to_array(rules, E'\n')
FROM unnest(
    :observation::text[], :revision::text[], :extractor_version::integer[], :revised_at::timestamptz[],
    :cleaner_version::integer[], :article::text[], :indicator::text[], :label::text[], :measure::text[],
    :value::numeric[], :value_high::numeric[], :unit::text[], :comparator::text[], :status::text[], :period::text[],
    :area::text[], :locality::text[], :target_value::numeric[], :target_value_high::numeric[], :plan_ratio::numeric[],
    :change::text[], :breakdown::text[], :quote::text[], :quote_start::integer[], :quote_end::integer[],
    :sentence::text[], :confidence::real[], :flags::text[], :rules::text[])
    AS new (observation_id, revision, extractor_version, revised_at, cleaner_version, article_id, indicator, label,
        measure, value, value_high, unit, comparator, status, period, area, locality, target_value, target_value_high,
        plan_ratio, change, breakdown, quote, quote_start, quote_end, sentence, confidence, flags, rules)
ON CONFLICT (observation_id, revision, extractor_version) DO UPDATE SET
    revised_at = excluded.revised_at, cleaner_version = excluded.cleaner_version, article_id = excluded.article_id,
    indicator = excluded.indicator, label = excluded.label, measure = excluded.measure, value = excluded.value,
    value_high = excluded.value_high, unit = excluded.unit, comparator = excluded.comparator,
    status = excluded.status, period = excluded.period, area = excluded.area, locality = excluded.locality,
    target_value = excluded.target_value, target_value_high = excluded.target_value_high,
    plan_ratio = excluded.plan_ratio, change = excluded.change, breakdown = excluded.breakdown,
    quote = excluded.quote, quote_start = excluded.quote_start, quote_end = excluded.quote_end,
    sentence = excluded.sentence, confidence = excluded.confidence, flags = excluded.flags, rules = excluded.rules
WHERE (excluded.revised_at, excluded.cleaner_version) > (kept.revised_at, kept.cleaner_version);

-- name: settle_observations(articles)!
-- A reading holds if it is the newest of its observation, and either newer than the extraction that holds, or that
-- extraction's own, named by it, and its page still taken for an article. So what was read before does not stand in for
-- a reading that was refused. A function of what is stored: the order of arrival is of no account.
-- Articles of which every reading is the holding extraction's, named and live, are passed over early: most are. LATERAL …
-- LIMIT 1 and the arrays let the planner ask an index for each article, whatever it believes of the tables.
WITH doubtful AS MATERIALIZED (
    SELECT a.*
    FROM unnest(:articles::text[]) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT article.*, page.discard_reason IS NOT NULL AS void
        FROM article LEFT JOIN page ON page.page_id = extracted_page_id
        WHERE article.article_id = asked.id
        LIMIT 1) AS a
    WHERE void OR EXISTS (
        SELECT FROM observation AS o
        WHERE o.article_id = a.article_id
            AND NOT (o.retired_at IS NULL
                AND o.revision IS NOT DISTINCT FROM a.extracted_revision
                AND o.extractor_version IS NOT DISTINCT FROM a.extractor_version
                AND o.observation_id = ANY(a.observation_ids)))
), judged AS (
    SELECT o.observation_id, o.revision, o.extractor_version, o.retired_at IS NULL AS held,
        row_number() OVER (
            PARTITION BY o.observation_id
            ORDER BY o.revised_at DESC, o.cleaner_version DESC, o.extractor_version DESC, o.revision DESC) = 1
        AND (
            a.extracted_revision IS NULL
            OR (o.revised_at, o.cleaner_version, o.extractor_version, o.revision)
                > (a.extracted_revised_at, a.extracted_cleaner_version, a.extractor_version, a.extracted_revision)
            OR (NOT a.void AND o.observation_id = ANY(a.observation_ids)
                AND (o.revision, o.extractor_version) = (a.extracted_revision, a.extractor_version))) AS holds
    FROM doubtful AS a JOIN observation AS o USING (article_id)
    WHERE o.article_id = ANY(ARRAY(SELECT article_id FROM doubtful))
)
UPDATE observation AS o SET retired_at = CASE WHEN holds THEN NULL ELSE now() END
FROM judged
WHERE held <> holds
    AND o.article_id = ANY(ARRAY(SELECT article_id FROM doubtful))
    AND o.observation_id = judged.observation_id
    AND o.revision = judged.revision
    AND o.extractor_version = judged.extractor_version;
