"""From an article to its observations. Reads as a table of contents: each step is a layer with its own file."""

from __future__ import annotations

from services.extractor.breakdowns import resolve_breakdowns
from services.extractor.confidence import rate
from services.extractor.consistency import check
from services.extractor.dedupe import dedupe, merge_plan_ratios, published
from services.extractor.draft import Draft
from services.extractor.events import leave_out_single_companies, leave_out_single_events
from services.extractor.memory import Memory
from services.extractor.model import ArticleText
from services.extractor.observe import Observation, observe
from services.extractor.resolve import bind_sentence
from services.extractor.resolve_area import resolve_areas
from services.extractor.resolve_period import PeriodMemory, resolve_periods
from services.extractor.resolve_status import resolve_statuses
from services.extractor.scene import Scene, see
from services.extractor.sector import leave_out_other_matters
from services.extractor.statuses import governance
from services.extractor.tables import read_tables


def extract(article: ArticleText) -> list[Observation]:
    """The observations of `article`, in the text's order. Pure, deterministic, linear in the text's length; never
    raises on any text."""
    scene = see(article)
    return observe(published(choose(resolve(scene), scene)), scene)


def choose(found: list[Draft], scene: Scene) -> list[Draft]:
    """The drafts that stand, each rated: without other matters' and repeats, checked against each other."""
    leave_out_other_matters(found, scene)
    leave_out_single_events(found, scene)
    leave_out_single_companies(found, scene)
    drafts = dedupe(found)
    merge_plan_ratios(drafts)
    check(drafts)
    rate(drafts)
    return drafts


def resolve(scene: Scene) -> list[Draft]:
    """All drafts of an article, before repeats are taken out."""
    memory, periods = Memory(), PeriodMemory()
    governing = governance(scene.statuses, scene.reading)
    tables = read_tables(scene)
    for view in scene.sentences:
        memory.enter(view)
        drafts = tables[view.index] if view.index in tables else bind_sentence(view, scene, memory)
        # A heading of a row (`Kế hoạch: 6.000 | Thực hiện: 8.095`) governs its own column only.
        resolve_statuses(drafts, governing, view.sentence.start - 1 if view.index in tables else None)
        resolve_periods(view, drafts, scene, periods)
        if drafts:
            resolve_areas(view, drafts, scene)
            resolve_breakdowns(view, drafts, scene)
            memory.drafts += drafts
    return memory.drafts
