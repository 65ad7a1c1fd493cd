-- How far each replay from the archive has come, so that a stopped one goes on where it stood.

CREATE TABLE replay (
    replay_id text PRIMARY KEY,
    wanted jsonb NOT NULL,
    fetched_at timestamptz,
    page_id text,
    pages bigint NOT NULL DEFAULT 0,
    missing bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
);
COMMENT ON TABLE replay IS 'Replays from the archive (solieu replay), one row for each choice of pages.';
COMMENT ON COLUMN replay.replay_id IS 'A function of wanted.';
COMMENT ON COLUMN replay.wanted IS 'Which pages: portal, since, until, outcome.';
COMMENT ON COLUMN replay.fetched_at IS 'Of the last page that was published again; with page_id the place to go on from.';
COMMENT ON COLUMN replay.missing IS 'Pages whose record is no longer in the archive.';
