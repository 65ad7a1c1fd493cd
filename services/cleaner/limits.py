"""Bounds on one page, so that any bytes give an outcome within the stage's time and memory limit.

The largest real page of 41 measured ones had 0.6 MB and 9,000 elements. lxml parses 300,000 elements in 0.3 s and needs
about 150 bytes an element; the passes after it are linear in elements and characters.
"""

from __future__ import annotations

from typing import Final

BYTES_MAX: Final = 8 * 1024 * 1024
ELEMENTS_MAX: Final = 150_000
"""Opening tags, counted before the parse as `<` followed by a letter."""
TEXT_CHARS_MAX: Final = 400_000
"""Longest article text kept, in characters: some 60,000 words. The longest report seen had 60,000 characters."""
TABLE_CELLS_MAX: Final = 20_000
"""Cells of one table after colspan and rowspan are unfolded."""
