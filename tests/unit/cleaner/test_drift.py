"""A rule that strikes much more or less than before is told; chance and growth are not."""

from __future__ import annotations

from services.cleaner.drift import Audit, Drift, audit, drifts
from services.cleaner.model import Discarded, Removed
from services.cleaner.outcomes import Reason


def test_counts_are_of_pages_not_of_strikes() -> None:
    twice = Discarded(Reason.LISTING, "", (Removed("related", "a"), Removed("related", "b")))
    assert audit([twice, Discarded(Reason.EMPTY)]) == Audit(
        2, {"discarded:empty": 1, "discarded:listing": 1, "rule:related": 1}
    )


def test_a_rule_that_explodes_and_a_way_that_vanishes_are_told() -> None:
    before = Audit(1000, {"rule:related": 100, "method:profile:nukeviet": 300})
    now = Audit(500, {"rule:related": 400})
    assert drifts(before, now) == [Drift("rule:related", 50.0, 400), Drift("method:profile:nukeviet", 150.0, 0)]


def test_chance_growth_and_small_counts_are_not() -> None:
    before = Audit(1000, {"rule:related": 100, "rule:captcha": 1})
    assert drifts(before, Audit(2000, {"rule:related": 230, "rule:captcha": 5})) == []
    assert drifts(Audit(0, {}), Audit(100, {"rule:related": 100})) == []
