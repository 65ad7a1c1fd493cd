"""The five seed articles, line by line: as bare text, and inside pages composed around them on the fly."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

import pytest

from services.cleaner.clean import clean_page, clean_text
from services.cleaner.model import Article
from tests.accuracy.cleaner_pages import covered, fold, shingles
from tests.reference import reference

SHARE_MIN = 0.98


def bare(text: str) -> Article:
    outcome = clean_text(text)
    assert isinstance(outcome, Article)
    return outcome


def as_paragraphs(text: str) -> Article:
    """Every line a <p> in a container that no profile knows."""
    return page("".join(f"<p>{escape(line)}</p>\n" for line in text.splitlines()))


def as_blocks(text: str) -> Article:
    """Every line a <div> in a <div>, as portals paste from Word."""
    return page("".join(f'<div class="r"><div>{escape(line)}</div></div>\n' for line in text.splitlines()))


def as_breaks(text: str) -> Article:
    """One element whose lines are broken by <br>."""
    return page(f"<div>{'<br>'.join(map(escape, text.splitlines()))}</div>")


def page(body: str) -> Article:
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>Trang thông tin điện tử</title></head><body>
    <ul class="menu"><li><a href="/">Trang chủ</a></li><li><a href="/van-ban">Văn bản</a></li></ul>
    <div class="khung">{body}</div><div class="chan-trang">Đang truy cập: 12</div></body></html>"""
    outcome = clean_page(html.encode(), url="https://so.example/tin/1.html")
    assert isinstance(outcome, Article), outcome
    return outcome


@pytest.mark.parametrize("read", [bare, as_paragraphs, as_blocks, as_breaks])
def test_lines_are_kept_and_struck_as_annotated(read: Callable[[str], Article]) -> None:
    folder = reference("gold", "seeds_clean")
    kept = wanted = struck = unwanted = 0
    missed: list[str] = []
    for row in map(json.loads, (folder / "gold.jsonl").read_text("utf-8").splitlines()):
        article = read((folder / row["file"]).read_text("utf-8"))
        lines = {fold(line) for line in article.text.splitlines()}
        whole, grams = fold(article.text), shingles(article.text)
        keep = {fold(x["text"]) for x in row["lines"] if x["keep"] and x["text"].strip()}
        drop = {fold(x["text"]) for x in row["lines"] if not x["keep"] and x["text"].strip()} - keep
        found = {line for line in keep if line in lines or covered(line, whole, grams)}
        kept, wanted = kept + len(found), wanted + len(keep)
        leaked = {line for line in drop if line in lines}
        struck, unwanted = struck + len(drop - leaked), unwanted + len(drop)
        missed += [f"lost {line[:60]}" for line in keep - found] + [f"leaked {line[:60]}" for line in leaked]
    assert kept >= SHARE_MIN * wanted, missed
    assert struck >= SHARE_MIN * unwanted, missed


def test_gold_pages_give_titles_and_days() -> None:
    folder = reference("gold", "html")
    for row in map(json.loads, (folder / "gold.jsonl").read_text("utf-8").splitlines()):
        outcome = clean_page((folder / row["file"]).read_bytes(), url="")
        assert isinstance(outcome, Article)
        assert outcome.title == row["title"]
        assert outcome.published is not None
        assert outcome.published.date().isoformat() == row["published"]
        text = fold(outcome.text)
        assert [s for s in row["must_contain"] if fold(s) not in text] == []
        assert [s for s in row["must_not_contain"] if fold(s) in text] == []
