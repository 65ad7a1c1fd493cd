"""Reading -> numbers with their units, and numbers that are no values."""

from services.extractor.quantities.grammar import read_quantities

__all__ = ["read_quantities"]
