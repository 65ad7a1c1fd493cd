-- A page that showed another text in between and then the old one again is one page, fetched twice: a replay that knew its
-- first time alone would take the text in between for the newest.

ALTER TABLE page ADD COLUMN last_fetched_at timestamptz;
COMMENT ON COLUMN page.fetched_at IS 'When this body was first fetched.';
COMMENT ON COLUMN page.last_fetched_at IS 'When it was fetched again after another had been published of the article; null where it was once. warc_file and warc_offset are of that time.';
