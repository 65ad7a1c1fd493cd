"""Which words name which indicator: patterns of the catalogue, compiled to one pass over the words of a text."""

from services.extractor.indicators.lexicon import Lexicon, lexicon
from services.extractor.indicators.mentions import read_mentions
from services.extractor.indicators.words import Words, read_words

__all__ = ["Lexicon", "Words", "lexicon", "read_mentions", "read_words"]
