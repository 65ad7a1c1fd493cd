"""The house rules that a type checker does not hold: who may import whom, and how long a file may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("crawler", "cleaner", "extractor", "writer")
LINES_MAX = 320
"""Files stay under about 300 lines, so that a newcomer reads one in a sitting."""


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports, at the top or inside functions, absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_never_imports_another_service(service: str) -> None:
    others = tuple(f"services.{name}" for name in (*SERVICES, "console") if name != service)
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(f"services/{service}")
        for module in imports(path)
        if any(module == other or module.startswith(other + ".") for other in others)
    ]
    assert not found, "\n".join(found)


def test_shared_imports_no_service() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources("shared")
        for module in imports(path)
        if module == "services" or module.startswith("services.")
    ]
    assert not found, "\n".join(found)


def test_product_imports_no_test() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources("services", "shared", "deploy")
        for module in imports(path)
        if module == "tests" or module.startswith("tests.")
    ]
    assert not found, "\n".join(found)


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources("services", "shared", "deploy", "tests")
        if (count := len(path.read_text("utf-8").splitlines())) > LINES_MAX
    }
    assert not long, f"split these: {long}"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources("services", "shared", "deploy")
        if path.name != "__main__.py"
        and path.read_text("utf-8").strip()
        and ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None
    ]
    assert not silent, silent
