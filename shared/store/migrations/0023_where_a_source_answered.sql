-- A source that moves: where to look for it again, and how far a chain of redirects has come.

ALTER TABLE crawl_source
    ADD COLUMN good_url text,
    ADD COLUMN hops integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN crawl_source.url IS 'Where it is asked next: the entry''s address, or where that has moved.';
COMMENT ON COLUMN crawl_source.good_url IS 'Where it last answered. While it fails, this and the entry''s address are asked in turn.';
COMMENT ON COLUMN crawl_source.hops IS 'Redirects to other hosts in a row that led to no answer yet.';
