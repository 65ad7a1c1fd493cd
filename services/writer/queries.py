"""The statements of sql/, by name. Which is called when: write.py."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import aiosql

FOLDER: Final = Path(__file__).with_name("sql")


@lru_cache(maxsize=1)
def queries() -> Any:
    """aiosql's object with a coroutine function for each statement. Parsed once, when first asked for."""
    return aiosql.from_path(FOLDER, "asyncpg")
