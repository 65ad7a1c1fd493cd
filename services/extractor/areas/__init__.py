"""Areas: provinces, the nation and places below a province, with what they are to the figures near them.

Invariant: a name that another name holds (a street, a person, a company) is no area; a place of meeting, an origin or a
destination is never the area of a figure.
"""

from services.extractor.areas.article import article_area, article_locality
from services.extractor.areas.grammar import read_areas
from services.extractor.areas.keys import area_key

__all__ = ["area_key", "article_area", "article_locality", "read_areas"]
