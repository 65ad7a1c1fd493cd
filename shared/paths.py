"""Where the project's own data files lie. The project runs from its checkout (or the image's copy of it)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
DEPLOY: Final = ROOT / "deploy"
PORTALS: Final = DEPLOY / "portals"
SCHEMAS: Final = DEPLOY / "schemas"
