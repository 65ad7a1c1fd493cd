"""Statuses: which figures are results, which estimates, which targets, by the words around them.

Invariant: a figure that no cue governs is an actual; a cue never reaches back over the line it stands in.
"""

from services.extractor.statuses.grammar import read_statuses
from services.extractor.statuses.scope import Governance, governance, status_of_period

__all__ = ["Governance", "governance", "read_statuses", "status_of_period"]
