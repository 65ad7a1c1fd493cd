"""Reading -> numbers with their units, and numbers that are no values.

Data first: a noun that follows numbers is a word of units.yaml (of non_values.yaml, if it makes no value); a word
before them one of comparators.yaml or non_values.yaml; each with an example for and against in cases.yaml. Code only
knows forms: digits (numerals), scales and nouns (amounts), what stands before (context), shapes that are no numbers
(masks, names), why a number is no value (reasons), lists (enumerations), number words and negation (words, spelled).

Invariant: nothing here knows an indicator, a period or an area, and no number is dropped: what is no value says why.
"""

from services.extractor.quantities.grammar import read_quantities

__all__ = ["read_quantities"]
