# SaveIt. `make run` starts it with a demo; `make test` proves it; `make check` is what CI checks.
# Needs make and any Python from 3.11 on. Everything else is installed into .venv from the hashed locks.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: schema pages client help run test test-fast test-slow test-races test-browser test-system coverage check bench fmt lock clean venv

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
BOOTSTRAP := $(VENV)/.bootstrap-installed
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
# Built anew when one of their sources is younger.
PAGES := src/saveit/web/pages/built/.built
PAGE_SOURCES := $(shell find ui -path ui/node_modules -prune -o -type f -not -path 'ui/shared/openapi.json' -not -path 'ui/shared/api-types.d.ts' -print)
# The machine has few cores and every worker starts a database of its own: more is slower.
WORKERS ?= 2
ALONE := not race and not fault and not browser
# A module stays with one worker: its servers are started once. In their order the long ones come before the short ones of tests/web.
SHARED := -n $(WORKERS) --dist loadscope --no-loadscope-reorder

# Machines of CI often ask Python to keep no bytecode; a suite that starts a few hundred servers compiles all of them each time then.
unexport PYTHONDONTWRITEBYTECODE

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | column -t -s "$$(printf '\t')"

# All that is made stays in the clone, and goes with it. What is said is for a person at a terminal.
run: $(RUNTIME) $(PAGES) ## Start SaveIt with a demo: three restaurants, working keys, something to try
	@SAVEIT_DATA_DIR="$${SAVEIT_DATA_DIR:-$(CURDIR)/.saveit}" SAVEIT_LOG_FORMAT="$${SAVEIT_LOG_FORMAT:-text}" \
	  exec $(BIN)/saveit up --demo $(ARGS)

# Each part runs even if one before it failed, so that one run tells all that is wrong; the house's own rules are in `make check`.
test: $(DEV) $(PAGES) ## The whole suite, on the embedded PostgreSQL and on the system's where there is one
	@$(BIN)/python -m tests.support.programs redis-server
	@failed=; \
	for part in test-fast test-slow test-races test-browser test-system; do \
	  began=$$SECONDS; \
	  $(MAKE) --no-print-directory $$part || failed="$$failed $$part"; \
	  echo "== $$part: $$((SECONDS - began)) s"; \
	done; \
	if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi

test-fast: $(DEV) $(PAGES) ## What fits in two minutes
	SAVEIT_TEST_POSTGRES=embedded $(BIN)/python -m pytest $(SHARED) --ignore=tests/house -m "not slow and $(ALONE)" $(ARGS)

test-slow: $(DEV) $(PAGES) ## What takes its time, but needs neither crowds nor crashes
	SAVEIT_TEST_POSTGRES=embedded $(BIN)/python -m pytest $(SHARED) -m "slow and $(ALONE)" $(ARGS)

test-races: $(DEV) $(PAGES) ## Crowds, and servers that are killed
	@$(BIN)/python -m tests.support.programs redis-server
	SAVEIT_TEST_POSTGRES=embedded $(BIN)/python -m pytest $(SHARED) -m "race or fault" $(ARGS)

test-browser: $(DEV) $(PAGES) ## The pages, in a real Chromium
	@$(BIN)/python -m tests.support.programs chromium
	SAVEIT_TEST_POSTGRES=embedded $(BIN)/python -m pytest $(SHARED) -m browser tests/browser $(ARGS)

# What depends on the server's version runs again on the oldest PostgreSQL we promise, when the machine has one.
test-system: $(DEV) $(PAGES)
	@if $(BIN)/python -m tests.house.system_postgres; then \
	  SAVEIT_TEST_POSTGRES=system $(BIN)/python -m pytest $(SHARED) -m postgres $(ARGS); \
	fi

# What is traced takes half as long again, so it is no part of `make test`; races, killed servers and the browser are left out.
coverage: $(DEV) $(PAGES) ## How much of the product the tests go through; fails below what pyproject.toml asks
	@$(BIN)/python -m tests.support.programs redis-server
	@rm -f .coverage .coverage.*
	SAVEIT_TEST_POSTGRES=embedded $(BIN)/coverage run -m pytest $(SHARED) --ignore=tests/house -m "$(ALONE)" $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

check: $(DEV) $(PAGES) client ## Format, lint, types, imports and house rules, as CI does
	@failed=; \
	for step in "ruff format --check" "ruff check" "basedpyright" "lint-imports --no-logo" "python -m pytest -q tests/house" \
	    "python ui/build.py check" "python ui/build.py lint" "python ui/build.py test"; do \
	  echo "== $$step"; \
	  $(BIN)/$$step || failed="$$failed [$$step]"; \
	done; \
	if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi

pages: $(PAGES) ## Build the pages that people see, if one of them has changed

# The types that the pages ask our own API with, made from its own description.
client: $(DEV) $(PAGES)
	@$(BIN)/python -m saveit.web.describe > ui/shared/openapi.json
	@$(BIN)/python ui/build.py client > /dev/null

bench: $(DEV) $(PAGES) ## Measure on this machine and print the ratios
	$(BIN)/python -m bench $(ARGS)

fmt: $(DEV) ## Format and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
  --no-emit-index-url --no-emit-find-links $(UPGRADE)
COMPILE := $(BIN)/uv pip compile pyproject.toml $(LOCK_OPTIONS)

schema: $(DEV) ## Write schema.sql anew after a migration was added
	SAVEIT_WRITE_SCHEMA=1 $(BIN)/pytest -q tests/house/test_schema.py

lock: $(DEV) ## Renew the locks from pyproject.toml; UPGRADE=--upgrade takes newer releases
	$(COMPILE) --group build --group dev -o requirements/dev.lock
	$(COMPILE) --group build -c requirements/dev.lock -o requirements/runtime.lock
	$(BIN)/uv pip compile --group bootstrap $(LOCK_OPTIONS) -o requirements/bootstrap.lock

clean: ## Remove what was made here; the data of the demo stays (rm -r .saveit)
	rm -rf $(VENV) ui/node_modules src/saveit/web/pages/built test-results build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

venv: $(DEV)

$(BIN)/python:
	@for python in "$${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do \
	  if command -v "$$python" >/dev/null && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; \
	    exec "$$python" -m venv $(VENV); \
	  fi; \
	done; \
	echo "SaveIt needs Python 3.11 or newer, and found none. Install one, or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1

# uv does in seconds what takes pip a minute, but it does not read pip's configuration: behind a mirror that only pip knows of, or on
# a machine uv is not built for, pip does the same work from the same hashes.
INSTALL = { $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r $(1) 2>/dev/null \
  || $(PIP) install --require-hashes --no-deps -r $(1); }

$(BOOTSTRAP): requirements/bootstrap.lock | $(BIN)/python
	@$(PIP) install --require-hashes --no-deps -r $< || echo "uv is not to be had here; pip goes on, more slowly"
	@touch $@

# A stamp is younger than its lock when what the lock lists is installed.
$(RUNTIME): requirements/runtime.lock pyproject.toml $(BOOTSTRAP)
	@echo "Installing what SaveIt runs on"
	@$(call INSTALL,$<)
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(PAGES): $(PAGE_SOURCES) | $(RUNTIME)
	@echo "Building the pages"
	@$(BIN)/python ui/build.py build
	@touch $@

$(DEV): requirements/dev.lock $(RUNTIME)
	@echo "Installing what SaveIt is tested with"
	@$(call INSTALL,$<)
	@touch $@
