-- What is known of areas, indicators and portals; articles, their revisions and the observations read from them.

CREATE TABLE area (
    area text PRIMARY KEY CHECK (area ~ '^(VN|[0-9]{2}-[0-9]{2})$'),
    name text NOT NULL,
    kind text NOT NULL,
    valid_from date,
    valid_to date,
    successor text REFERENCES area DEFERRABLE INITIALLY DEFERRED,
    CHECK (valid_to IS NULL OR valid_from <= valid_to)
);
COMMENT ON TABLE area IS 'Province-level units of Viet Nam before and since 1 July 2025, and the nation. Loaded from shared/vietnam/areas.csv.';
COMMENT ON COLUMN area.area IS 'Area key: 63-27 (one of the 63 units before 1 July 2025), 34-24 (one of the 34 since), VN (the nation). Never a bare code of the statistics office: seven of those changed their meaning.';
COMMENT ON COLUMN area.name IS 'Name in Vietnamese, without tỉnh or thành phố.';
COMMENT ON COLUMN area.kind IS 'tỉnh, thành phố (centrally run) or quốc gia; the latest where it changed.';
COMMENT ON COLUMN area.valid_from IS 'First day on which the unit was in force.';
COMMENT ON COLUMN area.valid_to IS 'Last day in force; null while it is.';
COMMENT ON COLUMN area.successor IS 'The unit that took the territory over in the mergers of 1 July 2025.';

CREATE TABLE indicator (
    indicator text PRIMARY KEY CHECK (indicator ~ '^[a-z0-9_]+\.[a-z0-9_]+$'),
    domain text NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    definition text NOT NULL,
    unit text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('flow', 'stock', 'rate', 'index')),
    plausible_low numeric,
    plausible_high numeric,
    retired_at timestamptz
);
COMMENT ON TABLE indicator IS 'The catalogue of indicators. Loaded from the catalogue file; a code is never deleted.';
COMMENT ON COLUMN indicator.indicator IS 'Code, domain first: employment.jobs_created.';
COMMENT ON COLUMN indicator.unit IS 'The usual unit; an observation keeps the unit that its text uses.';
COMMENT ON COLUMN indicator.kind IS 'flow: counted over a period; stock: a state at a date; rate: a share or an average; index: only its changes are told.';
COMMENT ON COLUMN indicator.plausible_low IS 'Low end of what one province reports for one year: an estimate, for flags alone.';
COMMENT ON COLUMN indicator.plausible_high IS 'High end of the same.';
COMMENT ON COLUMN indicator.retired_at IS 'When the catalogue was first loaded without this code; null while it is in the catalogue.';

CREATE TABLE portal (
    portal text PRIMARY KEY,
    name text,
    area text REFERENCES area,
    url text
);
COMMENT ON TABLE portal IS 'Sites that are followed. The crawler fills name, area and url from its portals file; the writer adds a bare id that it meets first.';
COMMENT ON COLUMN portal.portal IS 'Id of the portal in deploy/portals.';
COMMENT ON COLUMN portal.area IS 'The province that the portal speaks for.';

CREATE TABLE article (
    article_id text PRIMARY KEY,
    portal text REFERENCES portal,
    url text,
    canonical_url text,
    area text,
    title text,
    published timestamptz,
    first_fetched_at timestamptz,
    revision text,
    revised_at timestamptz,
    cleaner_version integer,
    copy_of text,
    extracted_revision text,
    extracted_revised_at timestamptz,
    extracted_cleaner_version integer,
    extractor_version integer,
    extracted_page_id text,
    observation_ids text[] NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK (copy_of <> article_id),
    CHECK (num_nulls(revision, revised_at, cleaner_version) IN (0, 3)),
    CHECK (num_nulls(extracted_revision, extracted_revised_at, extracted_cleaner_version, extractor_version,
        extracted_page_id) IN (0, 5))
);
COMMENT ON TABLE article IS 'One article at one canonical address: what its newest revision says, and which extraction of it holds.';
COMMENT ON COLUMN article.article_id IS 'A function of the canonical address.';
COMMENT ON COLUMN article.portal IS 'Where the newest revision was fetched. Null, as url to published are, until the cleaned article itself arrives.';
COMMENT ON COLUMN article.area IS 'The province of the portal: what figures without a named place are about.';
COMMENT ON COLUMN article.published IS 'When the article says that it was published.';
COMMENT ON COLUMN article.first_fetched_at IS 'When a page of it was first fetched; dates an article that does not say when it was published.';
COMMENT ON COLUMN article.revision IS 'The newest revision (table revision): latest revised_at, then greatest cleaner version, then greatest id.';
COMMENT ON COLUMN article.revised_at IS 'When the newest revision was last fetched.';
COMMENT ON COLUMN article.copy_of IS 'The earliest article whose text is nearly the same (at most 3 of 64 simhash bits differ); null for an original. Figures of copies are no further sources.';
COMMENT ON COLUMN article.extracted_revision IS 'The revision whose extraction holds: latest revised_at, then greatest cleaner version, extractor version, revision id.';
COMMENT ON COLUMN article.extracted_revised_at IS 'When that revision was fetched.';
COMMENT ON COLUMN article.extractor_version IS 'The extractor that read it.';
COMMENT ON COLUMN article.extracted_page_id IS 'The page that the revision was read from. If a newer cleaner discards that page, the extraction is void.';
COMMENT ON COLUMN article.observation_ids IS 'What that extraction found. Every other observation of the article, not newer than it, is retired.';
COMMENT ON COLUMN article.recorded_at IS 'When the article was first heard of.';
CREATE INDEX article_portal ON article (portal, published);
CREATE INDEX article_copy ON article (copy_of) WHERE copy_of IS NOT NULL;
CREATE INDEX article_url ON article USING hash (url);

CREATE TABLE revision (
    article_id text NOT NULL REFERENCES article,
    revision text NOT NULL,
    page_id text NOT NULL,
    revised_at timestamptz NOT NULL,
    cleaner_version integer NOT NULL,
    title text NOT NULL,
    lead text,
    text text,
    published timestamptz,
    published_from text,
    author text,
    source text,
    method text NOT NULL,
    method_confidence real NOT NULL,
    simhash text NOT NULL CHECK (simhash ~ '^[0-9a-f]{16}$'),
    simhash_bands integer[] NOT NULL CHECK (cardinality(simhash_bands) = 4),
    copy_of text,
    removed jsonb NOT NULL DEFAULT '[]',
    attachments jsonb NOT NULL DEFAULT '[]',
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (article_id, revision)
);
COMMENT ON TABLE revision IS 'The texts of an article over time. A text that comes back is the same revision with a later revised_at.';
COMMENT ON COLUMN revision.revision IS 'A function of the text.';
COMMENT ON COLUMN revision.page_id IS 'The page (table page) that gave this text last.';
COMMENT ON COLUMN revision.revised_at IS 'When a page with this text was last fetched.';
COMMENT ON COLUMN revision.text IS 'The whole text, NFC, frozen: offsets of observations count its characters from 0. Null once retention has removed it.';
COMMENT ON COLUMN revision.published_from IS 'Where the publication time was found (meta tag, text, feed, ...).';
COMMENT ON COLUMN revision.method IS 'How the text was found: profile:<id>, scorer, trafilatura, text.';
COMMENT ON COLUMN revision.simhash IS '64 bits, hexadecimal; texts that are nearly the same differ in few bits.';
COMMENT ON COLUMN revision.simhash_bands IS 'The four 16-bit parts of simhash, each with its place (place * 65536 + part): hashes that differ in at most 3 bits share one.';
COMMENT ON COLUMN revision.copy_of IS 'The original, where the cleaner itself saw a reprint.';
COMMENT ON COLUMN revision.removed IS 'Blocks that the cleaner removed: [{"rule", "text"}].';
COMMENT ON COLUMN revision.attachments IS 'Documents that the page links to: [{"url", "title"}].';
CREATE INDEX revision_bands ON revision USING gin (simhash_bands) WITH (fastupdate = off);
CREATE INDEX revision_page ON revision (page_id);

CREATE TABLE observation (
    observation_id text NOT NULL,
    revision text NOT NULL,
    extractor_version integer NOT NULL,
    revised_at timestamptz NOT NULL,
    cleaner_version integer NOT NULL,
    article_id text NOT NULL REFERENCES article,
    indicator text REFERENCES indicator,
    label text,
    measure text NOT NULL CHECK (measure IN ('level', 'change', 'relative_change', 'plan_ratio')),
    value numeric NOT NULL CHECK (value <> 'NaN' AND value < 'Infinity' AND value > '-Infinity'),
    value_high numeric,
    unit text NOT NULL CHECK (unit IN (
        'person', 'turn', 'household', 'percent', 'percentage_point', 'vnd', 'usd', 'enterprise', 'commune', 'case',
        'dossier', 'card', 'session', 'class', 'house', 'gift', 'contract', 'facility', 'kg', 'item')),
    comparator text NOT NULL CHECK (comparator IN ('eq', 'approx', 'gt', 'lt', 'ge', 'le')),
    status text NOT NULL CHECK (status IN ('actual', 'estimate', 'target')),
    period text NOT NULL CHECK (
        period ~ '^\d{4}(-(H[12]|Q[1-4]|M(0[1-9]|1[0-2])/M(0[1-9]|1[0-2])|(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)|/\d{4})?$'),
    area text REFERENCES area,
    locality text,
    target_value numeric,
    target_value_high numeric,
    plan_ratio numeric,
    change text,
    breakdown jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(breakdown) = 'object'),
    quote text NOT NULL,
    quote_start integer NOT NULL CHECK (quote_start >= 0),
    quote_end integer NOT NULL,
    sentence text NOT NULL,
    confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    flags text[] NOT NULL DEFAULT '{}',
    rules text[] NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (observation_id, revision, extractor_version),
    CONSTRAINT observation_names_what_it_counts CHECK (indicator IS NOT NULL OR label IS NOT NULL),
    CONSTRAINT observation_quote_fits_its_offsets CHECK (quote_end - quote_start = length(quote)),
    CONSTRAINT observation_live_once EXCLUDE USING btree (observation_id WITH =) WHERE (retired_at IS NULL)
        DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE observation IS 'Readings: one row for each observation, revision of its article and extractor version. Live where retired_at is null, at most one row an observation; nothing is deleted. docs/observation.md explains the fields.';
COMMENT ON COLUMN observation.observation_id IS 'A function of article, indicator, measure, status, period, area, locality, breakdown and ordinal, not of the value: a corrected figure is the same observation, read anew.';
COMMENT ON COLUMN observation.revision IS 'The text that it was read from.';
COMMENT ON COLUMN observation.extractor_version IS 'The extractor that read it.';
COMMENT ON COLUMN observation.revised_at IS 'When that text was last fetched.';
COMMENT ON COLUMN observation.indicator IS 'Code of the catalogue; null for a clear quantity that the catalogue does not hold (label names it).';
COMMENT ON COLUMN observation.label IS 'The noun phrase of a quantity that the catalogue does not hold.';
COMMENT ON COLUMN observation.measure IS 'level; change (absolute, signed); relative_change (percent, signed); plan_ratio (percent of plan).';
COMMENT ON COLUMN observation.value IS 'The number, scaled to the unit (778 tỷ đồng: 778000000000 vnd); the lower end of a range.';
COMMENT ON COLUMN observation.value_high IS 'The upper end of a range.';
COMMENT ON COLUMN observation.unit IS 'The unit that the text uses.';
COMMENT ON COLUMN observation.comparator IS 'eq, approx, gt, lt, ge, le: how the text bounds the number.';
COMMENT ON COLUMN observation.status IS 'actual; estimate; target.';
COMMENT ON COLUMN observation.period IS '2022; 2023-H1; 2023-M01/M09; 2023-Q1; 2023-03; 2021/2025; 2023-06-30. See period_from() and period_to().';
COMMENT ON COLUMN observation.area IS 'What province it is about, or VN.';
COMMENT ON COLUMN observation.locality IS 'District, commune, village or institution below the province.';
COMMENT ON COLUMN observation.target_value IS 'The plan''s figure given beside an actual.';
COMMENT ON COLUMN observation.plan_ratio IS 'Percent of plan reached, given beside an actual.';
COMMENT ON COLUMN observation.change IS 'The observation that holds the rise or fall given beside this level.';
COMMENT ON COLUMN observation.breakdown IS 'What part of the whole: {"sex": "female"}; empty for the whole.';
COMMENT ON COLUMN observation.quote IS 'The words that hold number and unit: characters quote_start to quote_end of the revision''s text.';
COMMENT ON COLUMN observation.confidence IS 'Calibrated: of observations near 0.9, nine in ten are right.';
COMMENT ON COLUMN observation.flags IS 'What the consistency checks found: out_of_range, plan_mismatch, ...';
COMMENT ON COLUMN observation.rules IS 'The grammar rules that fired, in order.';
COMMENT ON COLUMN observation.recorded_at IS 'When this reading was first written.';
COMMENT ON COLUMN observation.retired_at IS 'When it stopped to hold: a newer reading replaced it, or the article no longer says it.';
CREATE INDEX observation_article ON observation (article_id);
CREATE INDEX observation_series ON observation (indicator, area, period) WHERE retired_at IS NULL;
