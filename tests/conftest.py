"""Fixtures that several folders of tests use live in tests/fixtures, a file a server."""

pytest_plugins = ["tests.fixtures.postgres"]
