-- Reports written from one template differ in little but their figures: near by simhash, and no copies. So a copy must
-- hold the same numbers too. With that a wider simhash distance is safe (shared/copies.py), for which the four parts of
-- a simhash are too coarse an index: the numbers give a fifth key. See docs/decisions/0007.

CREATE FUNCTION numbers_of(title text, body text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    WITH below AS (
        SELECT found[1] AS number
        FROM regexp_matches(CASE WHEN starts_with(body, title) THEN substr(body, length(title) + 1) ELSE body END,
            '[0-9]+(?:[.,][0-9]+)*', 'g') AS found
    ), said AS (
        SELECT number FROM below
        UNION ALL (
            SELECT found[1] FROM regexp_matches(title, '[0-9]+(?:[.,][0-9]+)*', 'g') AS found
            EXCEPT SELECT number FROM below)
    )
    SELECT coalesce(string_agg(number, ' ' ORDER BY number COLLATE "C"), '') FROM said
);
COMMENT ON FUNCTION numbers_of IS 'The numbers of a text as written, each as often as it stands there, sorted. A title that repeats a number of the text below adds nothing: reprints change titles.';

CREATE FUNCTION numbers_key(numbers text) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN numbers LIKE '% % %'
    THEN ARRAY[-1 - ('x' || left(encode(sha256(convert_to(numbers, 'UTF8')), 'hex'), 7))::bit(28)::integer]
    ELSE '{}'::integer[] END;
COMMENT ON FUNCTION numbers_key IS 'A negative key, so that none is a part of a simhash. Empty for fewer than three numbers: too many texts share those.';

ALTER TABLE revision ADD COLUMN numbers text;
ALTER TABLE revision DROP CONSTRAINT revision_simhash_bands_check;
ALTER TABLE revision ADD CONSTRAINT revision_simhash_bands_check CHECK (cardinality(simhash_bands) BETWEEN 4 AND 5);
UPDATE revision SET numbers = numbers_of(title, text), simhash_bands = simhash_bands || numbers_key(numbers_of(title, text))
WHERE text IS NOT NULL;
CREATE INDEX revision_recorded ON revision USING brin (recorded_at);

COMMENT ON COLUMN revision.numbers IS 'numbers_of(title, text): only revisions that agree in it can be copies. Null where retention had removed the text before this column came.';
COMMENT ON COLUMN revision.simhash_bands IS 'Where to look for copies: the four 16-bit parts of simhash, each with its place (place * 65536 + part), and numbers_key(numbers) where there is one.';
COMMENT ON COLUMN article.copy_of IS 'The earliest article that is nearly the same (simhash within shared/copies.py, the same numbers); null for an original. Figures of copies are no further sources.';

-- What counted as a copy until now and has other numbers is none.
UPDATE article SET copy_of = NULL
FROM revision AS ours, article AS original, revision AS theirs
WHERE article.copy_of = original.article_id
    AND (ours.article_id, ours.revision) = (article.article_id, article.revision)
    AND (theirs.article_id, theirs.revision) = (original.article_id, original.revision)
    AND ours.copy_of IS NULL AND ours.numbers <> theirs.numbers;
UPDATE page SET copy_of = NULL
FROM article
WHERE page.article_id = article.article_id AND page.copy_of IS NOT NULL AND article.copy_of IS NULL;
