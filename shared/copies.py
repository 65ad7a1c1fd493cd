"""When two articles are prints of one text. The measured errors stand in docs/decisions/0007."""

from __future__ import annotations

from typing import Final

COPY_BITS_MAX: Final = 12
"""Differing bits of two SimHashes (services/cleaner/simhash.py, 64 bits) up to which articles with the same numbers are
copies. Alone it is not enough: a month's report and the next one's, from one template, lie within it as well."""
