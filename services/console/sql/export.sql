-- name: figures(indicators, areas, periods, statuses, portals, since, copies, retired)
-- Observations with where they come from, in a stable order. An indicator `poverty.` stands for its domain.
SELECT o.observation_id, o.indicator, i.name_vi AS indicator_name, o.label, o.measure, o.value, o.value_high, o.unit,
    o.comparator, o.status, o.period, period_from(o.period) AS period_from, period_to(o.period) AS period_to, o.area,
    area.name AS area_name, o.locality, o.target_value, o.target_value_high, o.plan_ratio,
    o.breakdown::text AS breakdown, round(o.confidence::numeric, 3)::float8 AS confidence, array_to_string(o.flags, ' ') AS flags, o.quote,
    o.quote_start, o.quote_end, o.sentence,
    a.title, a.url, a.portal, a.published, a.copy_of, o.article_id, o.revision, o.extractor_version, p.page_id,
    p.fetched_at, p.body_sha256, p.warc_file, p.warc_offset, o.recorded_at, o.retired_at
FROM observation AS o
JOIN article AS a USING (article_id)
LEFT JOIN indicator AS i USING (indicator)
LEFT JOIN area ON area.area = o.area
LEFT JOIN revision AS r ON r.article_id = o.article_id AND r.revision = o.revision
LEFT JOIN page AS p ON p.page_id = r.page_id
WHERE (:retired::boolean OR o.retired_at IS NULL)
    AND (:copies::boolean OR a.copy_of IS NULL)
    AND (:indicators::text[] IS NULL OR EXISTS (
        SELECT FROM unnest(:indicators) AS wanted
        WHERE o.indicator = wanted OR wanted LIKE '%.' AND starts_with(o.indicator, wanted)))
    AND (:areas::text[] IS NULL OR o.area = ANY(:areas))
    AND (:periods::text[] IS NULL OR o.period = ANY(:periods))
    AND (:statuses::text[] IS NULL OR o.status = ANY(:statuses))
    AND (:portals::text[] IS NULL OR a.portal = ANY(:portals))
    AND (:since::timestamptz IS NULL OR a.published >= :since)
ORDER BY o.indicator, o.area, period_from, o.period, o.status, a.published, o.observation_id;
