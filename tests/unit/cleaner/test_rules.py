"""Each line rule strikes and spares what it says, and no rule strikes another's spared line by surprise."""

from __future__ import annotations

import pytest

from services.cleaner import rules

CASES = [(rule, text, True) for rule in rules.load() for text in rule.strikes]
CASES += [(rule, text, False) for rule in rules.load() for text in rule.spares]


@pytest.mark.parametrize(("rule", "text", "expected"), CASES, ids=[f"{r.name}:{t[:40]}" for r, t, _ in CASES])
def test_rule_strikes_and_spares_its_examples(rule: rules.Rule, text: str, expected: bool) -> None:
    assert rule.hits(text) is expected


def test_every_rule_has_examples_for_and_against() -> None:
    assert [rule.name for rule in rules.load() if not (rule.strikes and rule.spares)] == []
