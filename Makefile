# One machine, no cloud. `make` runs everything; `make help` lists what else there is.
SHELL := /bin/bash
PYTHON := .venv/bin/python
DATA ?=
PYTEST ?=
KILLS ?= 50
SEED ?= 1
# How many documents `make fuzz` tries on each parser; SECURITY.md states it.
CASES ?= 20000
# Its last test counts what the others asked; in several processes each has its own simulator.
ALONE := tests/contract/test_ibss_simulator_openapi.py

# `make run HOST_PORT=7171` and `HOST_PORT=7171 make run` do the same: make hands both on to what it starts.

.PHONY: run host install test simulate long-runs rugged browser fuzz check checkov package scenarios requirements format clean planner-cases mutate help
.DEFAULT_GOAL := run

run: install ## start everything: Functions host, both simulators, the page, storage  [DATA=folder] [HOST_PORT= PAGE_PORT= GRAPH_PORT= IBSS_PORT= BLOB_PORT= QUEUE_PORT= TABLE_PORT=]
	@exec $(PYTHON) -m localdev run $(if $(DATA),--data "$(DATA)")

host: install ## start the Functions host (and Azurite where none is there); all settings come from the environment
	@exec $(PYTHON) -m localdev host

install: ## put Python 3.13, the packages and Azurite beside the project; does nothing when they are there
	@python3 localdev/install.py

test: install ## all tests that need no browser  [PYTEST="tests/unit -x"]
	$(PYTHON) -m pytest -n auto --dist loadfile -m "not browser" $(if $(PYTEST),$(PYTEST),--ignore $(ALONE))
	$(if $(PYTEST),,$(PYTHON) -m pytest $(ALONE))

browser: install ## the browser tests; they drive the machine's Chromium and install none
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { echo "make browser needs Chromium on the PATH, for example: apt-get install chromium" >&2; exit 1; }
	$(PYTHON) -m pytest -m browser $(PYTEST)

fuzz: install ## the parsers against nearly right documents, new ones each time: about an hour  [CASES=20000]
	FUZZ_CASES=$(CASES) $(PYTHON) -m pytest -n auto --dist load tests/security/test_fuzzing_answers.py tests/security/test_fuzzing_own.py

rugged: install ## kill the host again and again while people work; stop the storage; poison the queue  [KILLS=50] [SEED=1]
	KILLS=$(KILLS) SEED=$(SEED) $(PYTHON) -m pytest tests/rugged $(PYTEST)

check: install ## format, lint, types, import contract, templates, completeness of what is documented
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTHON) -m infra.lint
	$(PYTHON) -m pytest -m completeness

package: install ## build what azd would upload into .local/package, and tell its size and how long a cold start takes
	$(PYTHON) -m infra.package

checkov: install ## what checkov says of the templates; it is large, and so has a place of its own: .local/checkov
	@test -x .local/checkov/bin/checkov || { $(PYTHON) -m venv .local/checkov && .local/checkov/bin/pip install --quiet checkov==3.3.30; }
	.local/checkov/bin/checkov --config-file infra/.checkov.yaml

scenarios: install ## the scenario table, over the running app
	$(PYTHON) -m pytest tests/scenarios $(PYTEST)

SEEDS ?= 10000

simulate: install ## the whole service on a virtual clock, with seeded edits and faults  [SEEDS=10000]
	$(PYTHON) -m tests.simulation --seeds $(SEEDS)

long-runs: install ## 400 days of horizon, 1,000 rooms for 30 days, and every notification lost, on the virtual clock
	$(PYTHON) -m tests.simulation.long_runs

planner-cases: install ## a million cases made by chance for the planner, on all cores  [CASES=1000000] [SEED=1]
	$(PYTHON) -m tests.simulation.planner_cases --cases $(or $(CASES),1000000) --seed $(or $(SEED),1)

mutate: install ## change the decision line by line: do its tests notice?
	$(PYTHON) -m tests.mutation

requirements: install ## make requirements.txt and requirements-dev.txt from pyproject.toml
	$(PYTHON) -m localdev.requirements

format: install ## put the code into its shape
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .

clean: ## remove what was made: caches, .venv and .local; the next `make` installs them again
	rm -rf .venv .local mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)
