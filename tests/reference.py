"""The reference material beside a maintainer's checkout: gold articles and cases. A stranger's clone has none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def folder() -> Path:
    """Where the reference material lies, if it does: $SOLIEU_REFERENCE, else `shared` beside the checkout."""
    return Path(os.environ.get("SOLIEU_REFERENCE") or ROOT.parent / "shared")


def reference(*parts: str) -> Path:
    """Path inside the reference material. Where there is none the test skips; with REQUIRE_REFERENCE=1 it fails."""
    path = folder().joinpath(*parts)
    if path.exists():
        return path
    reason = f"no reference material at {folder()}; set SOLIEU_REFERENCE to where it lies"
    if os.environ.get("REQUIRE_REFERENCE") == "1":
        pytest.fail(f"REQUIRE_REFERENCE=1, but {reason}", pytrace=False)
    pytest.skip(reason)
