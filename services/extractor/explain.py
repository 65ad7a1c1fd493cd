"""Why each figure was read as it was: the sentence, what was bound to what and by which rule, what was rejected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from services.extractor.dedupe import published
from services.extractor.draft import Draft
from services.extractor.extract import choose, resolve
from services.extractor.model import ArticleText, Quantity
from services.extractor.scene import Scene, SentenceView, see

REJECTED_SHOWN = 3


def explain(article: ArticleText, *, colour: bool) -> str:
    """A report of all sentences that hold a number, in order, for reading in a terminal."""
    scene = see(article)
    drafts = resolve(scene)
    kept = {id(draft) for draft in published(choose(drafts, scene))}
    by_sentence: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_sentence.setdefault(draft.sentence, []).append(draft)
    head = f"subject {scene.period or '?'}, area {scene.area or '?'}, published {scene.published or '?'}"
    lines = [head]
    for view in scene.sentences:
        if view.quantities:
            lines += ["", *_sentence(view, by_sentence.get(view.index, []), kept, scene, colour)]
    return "\n".join(lines)


def _sentence(view: SentenceView, drafts: Sequence[Draft], kept: set[int], scene: Scene, colour: bool) -> Iterator[str]:
    yield _coloured(view, drafts, scene, colour)
    for draft in drafts:
        yield from _draft(draft, id(draft) in kept, scene, colour)
    bound = {(draft.quantity.start, draft.quantity.end) for draft in drafts}
    for quantity in view.quantities:
        if (quantity.start, quantity.end) not in bound:
            words = scene.reading.text[quantity.start : quantity.end]
            reason = quantity.non_value or "plan, ratio, whole or norm beside another"
            yield f"    {words!r}: no value of its own ({reason})"


def _coloured(view: SentenceView, drafts: Sequence[Draft], scene: Scene, colour: bool) -> str:
    text = scene.reading.text
    if not colour:
        return text[view.sentence.start : view.sentence.end]
    marks: list[tuple[int, int, str]] = [(d.start, d.end, "green" if d.indicator else "yellow") for d in drafts]
    marks += [(q.start, q.end, "red") for q in view.quantities if q.non_value and not _overlaps(q, marks)]
    pieces, at = [], view.sentence.start
    for start, end, shade in sorted(marks):
        if start >= at:
            pieces += [text[at:start], click.style(text[start:end], fg=shade, bold=True)]
            at = end
    return "".join((*pieces, text[at : view.sentence.end]))


def _overlaps(quantity: Quantity, marks: Sequence[tuple[int, int, str]]) -> bool:
    return any(start < quantity.end and quantity.start < end for start, end, _ in marks)


def _draft(draft: Draft, kept: bool, scene: Scene, colour: bool) -> Iterator[str]:
    words = scene.reading.text[draft.start : draft.end]
    name = draft.indicator or f"no indicator ({draft.label})"
    if colour and draft.indicator:
        name = click.style(name, bold=True)
    place = f"{draft.area or '?'}{f' {draft.locality}' if draft.locality else ''}"
    yield (
        f"    {words!r} -> {name} {draft.measure} {draft.value.normalize():f} {draft.unit}, {draft.status}, "
        f"{draft.period or '?'}, {place}, confidence {draft.confidence:.2f}{'' if kept else '  [left out]'}"
    )
    for rule in draft.rules:
        yield f"        {rule}"
    for flag in draft.flags:
        yield f"        flag: {flag}"
    for candidate in draft.rejected[:REJECTED_SHOWN]:
        yield f"        rejected {candidate.indicator or 'other'} (cost {candidate.cost:.1f}): {candidate.why}"
