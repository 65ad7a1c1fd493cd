"""The reference material beside a maintainer's checkout: gold articles and cases. A stranger's clone has none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def reference(*parts: str) -> Path:
    """Path inside the reference material. Where there is none the test skips; with REQUIRE_REFERENCE=1 it fails."""
    folder = Path(os.environ.get("SOLIEU_REFERENCE") or ROOT.parent / "shared")
    path = folder.joinpath(*parts)
    if path.exists():
        return path
    reason = f"no reference material at {folder}; set SOLIEU_REFERENCE to where it lies"
    if os.environ.get("REQUIRE_REFERENCE") == "1":
        pytest.fail(f"REQUIRE_REFERENCE=1, but {reason}", pytrace=False)
    pytest.skip(reason)
