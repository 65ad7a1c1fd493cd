-- name: prune_texts(days)$
WITH pruned AS (
    UPDATE revision SET text = NULL, lead = NULL, removed = '[]'
    WHERE text IS NOT NULL AND revised_at < now() - make_interval(days => :days)
    RETURNING 1
)
SELECT count(*) FROM pruned;

-- name: prune_dead_letters(days)$
-- Those that somebody decided on; an open one is still owed a decision.
WITH pruned AS (
    UPDATE dead_letter SET origin_key = NULL, origin_value = NULL, origin_headers = '[]'
    WHERE origin_value IS NOT NULL AND state <> 'open' AND failed_at < now() - make_interval(days => :days)
    RETURNING 1
)
SELECT count(*) FROM pruned;

-- name: prune_retired(days)$
WITH pruned AS (
    DELETE FROM observation WHERE retired_at < now() - make_interval(days => :days) RETURNING 1
)
SELECT count(*) FROM pruned;
