-- name: add_portals(portals)!
-- Bare ids of portals that the crawler has not described yet.
INSERT INTO portal (portal) SELECT DISTINCT unnest(:portals::text[]) ORDER BY 1 ON CONFLICT DO NOTHING;

-- name: claim_articles(article, fetched_at)!
-- A row for each article, known by its id alone until its own event arrives; locked until the transaction ends (ON
-- CONFLICT locks also where it updates nothing). In the order of their ids, so that two writers wait for each other
-- rather than deadlock; all later statements then see what the other one committed. One row an article.
INSERT INTO article AS kept (article_id, first_fetched_at)
SELECT article_id, fetched_at
FROM unnest(:article::text[], :fetched_at::timestamptz[]) AS new (article_id, fetched_at)
ORDER BY article_id
ON CONFLICT (article_id) DO UPDATE SET first_fetched_at = excluded.first_fetched_at
WHERE kept.first_fetched_at IS NULL OR excluded.first_fetched_at < kept.first_fetched_at;

-- name: merge_revisions(article, revision, page, revised_at, cleaner_version, title, lead, text, published, published_from, author, source, method, method_confidence, simhash, bands, copy_of, removed, attachments)!
-- The latest sight of a text gives its row.
INSERT INTO revision AS kept (
    article_id, revision, page_id, revised_at, cleaner_version, title, lead, text, published, published_from, author,
    source, method, method_confidence, simhash, simhash_bands, numbers, copy_of, removed, attachments)
SELECT article_id, revision, page_id, revised_at, cleaner_version, title, lead, text, published, published_from, author,
    source, method, method_confidence, simhash, bands::integer[] || numbers_key(numbers), numbers, copy_of,
    removed::jsonb, attachments::jsonb
FROM unnest(
    :article::text[], :revision::text[], :page::text[], :revised_at::timestamptz[], :cleaner_version::integer[],
    :title::text[], :lead::text[], :text::text[], :published::timestamptz[], :published_from::text[], :author::text[],
    :source::text[], :method::text[], :method_confidence::real[], :simhash::text[], :bands::text[], :copy_of::text[],
    :removed::text[], :attachments::text[])
    AS new (article_id, revision, page_id, revised_at, cleaner_version, title, lead, text, published, published_from,
        author, source, method, method_confidence, simhash, bands, copy_of, removed, attachments)
CROSS JOIN LATERAL numbers_of(new.title, new.text) AS numbers
ON CONFLICT (article_id, revision) DO UPDATE SET
    page_id = excluded.page_id, revised_at = excluded.revised_at, cleaner_version = excluded.cleaner_version,
    title = excluded.title, lead = excluded.lead, text = excluded.text, published = excluded.published,
    published_from = excluded.published_from, author = excluded.author, source = excluded.source,
    method = excluded.method, method_confidence = excluded.method_confidence, numbers = excluded.numbers,
    simhash_bands = excluded.simhash_bands, copy_of = excluded.copy_of, removed = excluded.removed,
    attachments = excluded.attachments
WHERE (excluded.revised_at, excluded.cleaner_version, excluded.page_id)
    > (kept.revised_at, kept.cleaner_version, kept.page_id);

-- name: settle_heads(article, revision, portal, area, url, canonical_url, title, published, revised_at, cleaner_version)!
-- The head of an article is that of its newest revision. One row an article.
UPDATE article SET
    revision = new.revision, portal = new.portal, area = new.area, url = new.url, canonical_url = new.canonical_url,
    title = new.title, published = new.published, revised_at = new.revised_at, cleaner_version = new.cleaner_version
FROM unnest(
    :article::text[], :revision::text[], :portal::text[], :area::text[], :url::text[], :canonical_url::text[],
    :title::text[], :published::timestamptz[], :revised_at::timestamptz[], :cleaner_version::integer[])
    AS new (article_id, revision, portal, area, url, canonical_url, title, published, revised_at, cleaner_version)
WHERE article.article_id = new.article_id
    AND (article.revision IS NULL
        OR (new.revised_at, new.cleaner_version, new.revision)
            > (article.revised_at, article.cleaner_version, article.revision));

-- name: lock_copies()!
-- Two writers that add near-duplicates at the same time would not see each other's: one at a time.
SELECT pg_advisory_xact_lock(hashtext('solieu.copies'));

-- name: settle_copies(articles, bits)!
-- An article is a copy of the earliest article that is nearly the same (the same numbers; at most :bits of 64 bits
-- differ), if that is earlier than itself. Decided anew for those of :articles that have such a neighbour, for these
-- neighbours, and for what was a copy; most articles are none of that and cost one look into the index. A page is a copy
-- where it gives its article's newest revision and that is one.
-- The arrays and the LATERAL … LIMIT 1 let the planner ask an index for each article, whatever it believes of the tables.
WITH head AS NOT MATERIALIZED (
    SELECT article_id, revision, r.simhash, r.simhash_bands, r.numbers, r.copy_of,
        coalesce(r.published, a.first_fetched_at) AS since
    FROM revision AS r JOIN article AS a USING (article_id, revision)
), near AS (
    SELECT article_id, unnest(ARRAY(
        SELECT other.article_id FROM revision AS other
        WHERE other.simhash_bands && r.simhash_bands AND other.numbers = r.numbers
            AND bit_count(('x' || other.simhash)::bit(64) # ('x' || r.simhash)::bit(64)) <= :bits
            AND other.simhash <> '0000000000000000'
            AND other.article_id <> r.article_id)) AS other
    FROM unnest(:articles::text[]) AS asked (id)
    CROSS JOIN LATERAL (SELECT * FROM head WHERE article_id = asked.id LIMIT 1) AS r
), decided AS (
    SELECT affected.article_id, affected.revision, coalesce(affected.copy_of, (
        SELECT near.article_id FROM head AS near
        WHERE near.simhash_bands && affected.simhash_bands AND near.numbers = affected.numbers
            AND near.simhash <> '0000000000000000'
            AND bit_count(('x' || near.simhash)::bit(64) # ('x' || affected.simhash)::bit(64)) <= :bits
            AND (near.since, near.article_id) < (affected.since, affected.article_id)
        ORDER BY near.since, near.article_id LIMIT 1)) AS copy_of
    FROM head AS affected
    WHERE article_id = ANY(ARRAY(
        SELECT article_id FROM near
        UNION SELECT other FROM near
        UNION SELECT article_id FROM article WHERE copy_of = ANY(:articles::text[])
        UNION SELECT article_id FROM article WHERE article_id = ANY(:articles::text[]) AND copy_of IS NOT NULL
        UNION SELECT article_id FROM revision WHERE article_id = ANY(:articles::text[]) AND copy_of IS NOT NULL))
), changed AS (
    UPDATE article SET copy_of = decided.copy_of
    FROM decided
    WHERE article.article_id = decided.article_id AND article.copy_of IS DISTINCT FROM decided.copy_of
)
UPDATE page SET copy_of = CASE WHEN page.cleaned_revision = decided.revision THEN decided.copy_of END
FROM decided
WHERE page.article_id = decided.article_id
    AND page.copy_of IS DISTINCT FROM CASE WHEN page.cleaned_revision = decided.revision THEN decided.copy_of END;
