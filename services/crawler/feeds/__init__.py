"""Feeds, listing pages and sitemaps: bytes of an answer -> the articles it names. Pure: no network, no clock."""

from services.crawler.feeds.model import FeedItem, FeedReading
from services.crawler.feeds.read import read_feed

__all__ = ["FeedItem", "FeedReading", "read_feed"]
