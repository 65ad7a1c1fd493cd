-- Requests for further pages of a source are counted too: until now they alone were not.
ALTER TABLE crawl_count DROP CONSTRAINT crawl_count_what_check;
ALTER TABLE crawl_count ADD CONSTRAINT crawl_count_what_check
    CHECK (what IN ('poll', 'further', 'visit', 'robots', 'refused'));
COMMENT ON COLUMN crawl_count.what IS 'poll of a source, further page of it, visit of an address, robots.txt, or refused: an address that was not taken up.';
