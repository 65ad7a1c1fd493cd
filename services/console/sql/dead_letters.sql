-- name: list_letters(stage, error, portal, state, ids, limit)
-- Newest first. Null matches all.
SELECT dead_letter_id, stage, error, portal, failed_at, retries, state, url, article_id, left(message, 300) AS message,
    origin_value IS NOT NULL AS has_original
FROM dead_letter
WHERE (:stage::text IS NULL OR stage = :stage)
    AND (:error::text IS NULL OR error = :error)
    AND (:portal::text IS NULL OR portal = :portal)
    AND (:state::text IS NULL OR state = :state)
    AND (:ids::text[] IS NULL OR dead_letter_id = ANY(:ids))
ORDER BY failed_at DESC, dead_letter_id
LIMIT :limit;

-- name: find_letters(prefix)
-- Those whose id begins so, two at most.
SELECT * FROM dead_letter WHERE starts_with(dead_letter_id, :prefix) ORDER BY dead_letter_id LIMIT 2;

-- name: get_letter(id)^
SELECT origin_topic, origin_key, origin_value, origin_headers FROM dead_letter WHERE dead_letter_id = :id;

-- name: decide(ids, decision)!
UPDATE dead_letter SET decision = :decision, decided_at = now(), retries = retries + (:decision = 'retry')::int
WHERE dead_letter_id = ANY(:ids::text[]);
