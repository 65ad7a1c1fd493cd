"""Postgres: pool, migrations, the embedded server of `make run`."""
