"""The documents against the code: worked examples work, links lead somewhere, reference pages are today's."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.console.extract import command as extract_command
from services.console.reference import FOLDER, pages
from services.extractor.extract import extract
from services.extractor.indicators import lexicon
from services.extractor.model import ArticleText
from shared.vietnam import catalogue

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def block(document: str, language: str) -> str:
    text = (ROOT / "docs" / document).read_text("utf-8")
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


def read(sentence: str) -> set[str | None]:
    return {each.indicator for each in extract(ArticleText(sentence, date(2024, 1, 9), "63-35"))}


def test_the_worked_indicator_is_read_and_its_near_miss_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(catalogue.FOLDER, tmp_path / "catalogue")
    (tmp_path / "catalogue" / "worked.yaml").write_text(block("extending.md", "yaml"), "utf-8")
    (entry,) = catalogue.read_file(tmp_path / "catalogue" / "worked.yaml")
    assert entry.code not in catalogue.catalogue(), "it has come true: choose another example"
    assert all(entry.code not in read(sentence) for sentence in entry.phrasings)
    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "FOLDER", tmp_path / "catalogue")
        caches = (catalogue.catalogue, lexicon)
        for cache in caches:
            cache.cache_clear()
        try:
            assert [sentence for sentence in entry.phrasings if entry.code not in read(sentence)] == []
            assert [sentence for sentence in entry.near_misses if entry.code in read(sentence)] == []
        finally:
            for cache in caches:
                cache.cache_clear()


def test_the_readmes_article_is_read_as_shown() -> None:
    shown = re.search(
        r"```\n\$ echo '(.+)' \|\n +\S+ extract (.+)\n\.\.\.\n(.+?)```", DOCUMENTS[0].read_text("utf-8"), re.DOTALL
    )
    assert shown
    assert shown[3] in CliRunner().invoke(extract_command, shown[2].split(), input=shown[1]).output


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text("utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_named_in_code_marks_exist(document: Path) -> None:
    """`services/...`, `tests/...` and the like in backticks; patterns and placeholders aside."""
    named = re.findall(r"`((?:services|shared|deploy|tests|docs)/[\w./-]+)`", document.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "page", ["settings.md", "commands.md", "topics.md", "metrics.md", "outcomes.md", "indicators.md"]
)
def test_reference_pages_are_todays(page: str) -> None:
    assert (FOLDER / page).read_text("utf-8") == pages()[page], "run `make docs`"


def test_every_indicator_of_the_contract_page_is_in_the_catalogue() -> None:
    text = (ROOT / "docs" / "observation.md").read_text("utf-8")
    named = {code for code in re.findall(r"`([a-z]+\.[a-z_0-9]+)`", text) if not code.endswith((".md", ".csv", ".py"))}
    domains = {code.partition(".")[0] for code in catalogue.catalogue()}
    assert {code for code in named if code.partition(".")[0] in domains} <= set(catalogue.catalogue())
