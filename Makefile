# Solieu. `make help` lists what there is to do; `make run` and `make test` are the two commands of the README.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
export PYTHONUTF8 := 1

help: ## this list
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1mmake %-14s\033[0m %s\n", $$1, $$2}'

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing (Debian, Ubuntu: apt install python3-venv)." >&2; exit 2; }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing what Solieu runs on (hash-pinned, about a minute) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q services shared  # a first start as fast as the next
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what the tests need (hash-pinned) ..."
	@$(PIP) install --no-deps --require-hashes --only-binary :all: -r requirements/dev.txt  # complete; pip 23.2 trips over lxml[html-clean]
	@touch $@

.PHONY: help setup run test lint format lock schemas bench faults kafka simulate accuracy compose-test docs clean

setup: $(VENV)/.dev ## install everything; afterwards .venv/bin/solieu exists

run: $(VENV)/.run ## run the pipeline here: ONCE=1 ends by itself, PORTALS=file.yaml follows other portals
	@exec $(BIN)/solieu run $(if $(ONCE),--once) $(if $(PORTALS),--portals $(PORTALS))

test: $(VENV)/.dev ## unit, integration and end-to-end tests (ARGS="-k name" passes through)
	@$(BIN)/pytest $(ARGS)

lint: $(VENV)/.dev ## ruff, strict types, import rules, generated files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/pytest -q tests/unit/test_structure.py
	@$(BIN)/python -m shared.schemas --check
	@$(BIN)/python -m services.console.reference --check

format: $(VENV)/.dev ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

lock: $(VENV)/.dev ## pin all dependencies again, with hashes
	@$(PIP) install uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		pyproject.toml --group build -o requirements/run.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml --all-extras --group build --group dev -c requirements/run.txt -o requirements/dev.txt

schemas: $(VENV)/.dev ## write deploy/schemas again from shared/events.py
	@$(BIN)/python -m shared.schemas

bench: $(VENV)/.dev ## benchmarks: each stage against its floor, as ratios
	@$(BIN)/pytest -q -s -m "slow or not slow" tests/bench $(ARGS)

faults: $(VENV)/.dev ## the long fault tests on real servers: kills, outages, delays (about half an hour)
	@$(BIN)/pytest -m "faults or slow" $(ARGS)

kafka: $(VENV)/.dev ## start Apache Kafka on loopback from Maven's jars (Java 17); Ctrl-C stops it
	@exec $(BIN)/python deploy/local/kafka.py

simulate: $(VENV)/.dev ## a month of portals in virtual time: SEED=n DAYS=30 SOURCES=300
	@$(BIN)/python -m tests.simulator --seed $(or $(SEED),1) --days $(or $(DAYS),30) --sources $(or $(SOURCES),300)

accuracy: $(VENV)/.dev ## score extractor and cleaner, write docs/accuracy.md again
	@$(BIN)/python -m tests.accuracy

compose-test: $(VENV)/.dev ## bring docker-compose.yml up for real, feed it, kill its services, take it down
	@exec $(BIN)/python deploy/local/compose_test.py

docs: $(VENV)/.dev ## write the generated pages of docs/ again
	@$(BIN)/python -m services.console.reference

clean: ## remove what was built; the data in .solieu stays
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
