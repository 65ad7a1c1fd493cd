-- A range (từ 4% đến 4,5%) stood in series as its lower end alone, exact.

CREATE OR REPLACE VIEW series AS
WITH whole AS NOT MATERIALIZED (
    SELECT latest.*, i.kind, area.successor
    FROM indicator_latest AS latest
    JOIN indicator AS i USING (indicator)
    JOIN area USING (area)
    WHERE breakdown = '{}'
), parts AS (
    SELECT successor AS area, count(*) AS expected FROM area WHERE successor IS NOT NULL GROUP BY successor
), today AS (
    SELECT indicator, area, period, status, unit, value, comparator, false AS mapped, ARRAY[area] AS areas,
        true AS complete, agreed, value_high
    FROM whole WHERE successor IS NULL
    UNION ALL
    SELECT indicator, successor, period, status, unit, sum(value),
        CASE WHEN bool_and(comparator = 'eq') THEN 'eq' ELSE 'approx' END, true,
        array_agg(whole.area ORDER BY whole.area), count(*) = expected, bool_and(agreed),
        CASE WHEN count(value_high) > 0 THEN sum(coalesce(value_high, value)) END
    FROM whole JOIN parts ON parts.area = successor
    WHERE kind IN ('flow', 'stock') AND unit NOT IN ('percent', 'percentage_point') OR expected = 1
    GROUP BY indicator, successor, period, status, unit, expected
)
SELECT DISTINCT ON (indicator, area, period, status, unit)
    indicator, area, period, period_from(period) AS period_from, period_to(period) AS period_to, status, unit, value,
    comparator, mapped, areas, complete, agreed, value_high
FROM today
ORDER BY indicator, area, period, status, unit, mapped;
COMMENT ON COLUMN series.value IS 'The best value, or a range''s lower end; where mapped, the sum of those of the provinces in areas.';
COMMENT ON COLUMN series.value_high IS 'A range''s upper end; where mapped, the sum of the upper ends and of what is no range.';
