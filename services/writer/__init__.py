"""Events -> Postgres: upsert, retire, ledger."""
