-- What retention removes. Some thousand rows a statement, so that no lock is held long; asked for until none is left.

-- name: count_texts(days)$
SELECT count(*) FROM revision WHERE text IS NOT NULL AND revised_at < now() - make_interval(days => :days);

-- name: prune_texts(days, n)$
-- With the text goes its author: the only name of a person that has a column of its own.
WITH pruned AS (
    UPDATE revision SET text = NULL, lead = NULL, author = NULL, removed = '[]'
    WHERE (article_id, revision) IN (
        SELECT article_id, revision FROM revision
        WHERE text IS NOT NULL AND revised_at < now() - make_interval(days => :days) LIMIT :n)
    RETURNING 1
)
SELECT count(*) FROM pruned;

-- name: count_dead_letters(days)$
-- Those that somebody decided on; an open one is still owed a decision.
SELECT count(*) FROM dead_letter
WHERE origin_value IS NOT NULL AND state <> 'open' AND failed_at < now() - make_interval(days => :days);

-- name: prune_dead_letters(days, n)$
WITH pruned AS (
    UPDATE dead_letter SET origin_key = NULL, origin_value = NULL, origin_headers = '[]'
    WHERE dead_letter_id IN (
        SELECT dead_letter_id FROM dead_letter
        WHERE origin_value IS NOT NULL AND state <> 'open' AND failed_at < now() - make_interval(days => :days)
        LIMIT :n)
    RETURNING 1
)
SELECT count(*) FROM pruned;

-- name: count_retired(days)$
SELECT count(*) FROM observation WHERE retired_at < now() - make_interval(days => :days);

-- name: prune_retired(days, n)$
WITH pruned AS (
    DELETE FROM observation
    WHERE (observation_id, revision, extractor_version) IN (
        SELECT observation_id, revision, extractor_version FROM observation
        WHERE retired_at < now() - make_interval(days => :days) LIMIT :n)
    RETURNING 1
)
SELECT count(*) FROM pruned;
