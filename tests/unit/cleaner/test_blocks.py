"""Each block rule strikes and spares the class and id tokens that it says."""

from __future__ import annotations

import pytest

from services.cleaner import blocks

CASES = [(rule, token, True) for rule in blocks.load() for token in rule.strikes]
CASES += [(rule, token, False) for rule in blocks.load() for token in rule.spares]


@pytest.mark.parametrize(("rule", "token", "expected"), CASES, ids=[f"{r.name}:{t}" for r, t, _ in CASES])
def test_rule_strikes_and_spares_its_examples(rule: blocks.BlockRule, token: str, expected: bool) -> None:
    assert rule.hits(token) is expected
