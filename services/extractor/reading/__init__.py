"""Text -> Reading: what a person reads where the frozen text is damaged, cut into sentences, with the way back.

Invariant: nothing here changes the article. `Reading.original` is the text as given, and `Reading.span` maps every
offset of the reading back to it.
"""

from services.extractor.reading.model import Reading, Repair, Sentence, SentenceKind
from services.extractor.reading.read import read

__all__ = ["Reading", "Repair", "Sentence", "SentenceKind", "read"]
