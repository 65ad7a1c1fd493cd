-- Table and view had two accounts of what holds: where a newer reading of an observation had been refused, its older one
-- stayed live in the table, and observation_live alone left it out. The writer retires it now; so the view can follow
-- the table.

UPDATE observation AS o SET retired_at = now()
FROM article AS a
WHERE a.article_id = o.article_id AND o.retired_at IS NULL
    AND (o.revised_at, o.cleaner_version, o.extractor_version, o.revision)
        <= (a.extracted_revised_at, a.extracted_cleaner_version, a.extractor_version, a.extracted_revision)
    AND (o.revision, o.extractor_version) <> (a.extracted_revision, a.extractor_version);

CREATE OR REPLACE VIEW observation_live AS
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
WHERE o.retired_at IS NULL;
COMMENT ON VIEW observation_live IS 'Observations that hold now, with names and days.';
COMMENT ON COLUMN observation.retired_at IS 'When it stopped to hold: a newer reading replaced it (or was refused: a dead letter), or the article no longer says it.';
