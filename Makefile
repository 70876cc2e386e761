# Every target makes what it needs in .venv and finds it there the next time. `make help` lists the targets.
# PYTHON chooses the interpreter, PORT the address of `make demo`, DATABASE_URL the database.

MIN_PYTHON := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c '$(MIN_PYTHON)' 2>/dev/null && { echo $$p; break; }; done)
PORT ?= 8000
export PORT
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint fix bench messages ci

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

demo: .venv/runtime.stamp ## Install, build a believable company once, serve it at http://127.0.0.1:8000 (or PORT)
	$(MANAGE) prepare
	$(MANAGE) demo
	$(MANAGE) serve

test: .venv/dev.stamp ## The test suite (browser and PostgreSQL tests: make ci)
	$(BIN)/python -m pytest -n 2

lint: .venv/dev.stamp ## Style, import order of the apps, templates, translations, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(MANAGE) check
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) lint_templates
	$(MANAGE) check_translations

fix: .venv/dev.stamp ## Let the formatter correct what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/runtime.stamp ## Measure the real pages on a throw-away database
	$(MANAGE) bench --json

messages: .venv/dev.stamp ## Add new texts to locale/zh_Hans, make locale/zh_Hant from it
	$(MANAGE) update_translations

ci: ## What continuous integration runs: lint, tests on SQLite and PostgreSQL, browser
	.ci/run

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "AgencyOps needs Python 3.11 or newer. Name it with: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	@$(PYTHON) -c '$(MIN_PYTHON)' || { echo "$(PYTHON) is older than Python 3.11. Name a newer one with PYTHON=..." >&2; exit 1; }
	@if $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv .venv; \
	elif $(PYTHON) -c 'import venv, pip' 2>/dev/null; then \
		$(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python .venv/bin/python install -q pip; \
	else \
		echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi

.venv/runtime.stamp: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/runtime.stamp
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.txt
	@touch $@
