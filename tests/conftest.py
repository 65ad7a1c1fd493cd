"""What every test may use: real servers (fixtures/), and which tests run by default."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.conformance.stage.contract", "tests.faults.harness")
pytest_plugins = ["tests.fixtures.kafka", "tests.fixtures.postgres"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `slow` run when a marker expression is given (`make faults`), or when named."""
    if config.option.markexpr or any("::" in argument for argument in config.args):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
