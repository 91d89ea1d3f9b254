# Everything here sets itself up: the first target that needs it makes .venv.

PORT ?= 8000
SANDBOX_PORT ?= 8900
PYTHON ?= python3
BIN := .venv/bin
# One more than processors: a quarter of the time a test waits, for a browser or for a pause to end. Two more on
# PostgreSQL, for which it waits, too, and where no browser is.
WORKERS ?= $(shell expr $$(nproc) + 1)
export PORT SANDBOX_PORT

.DEFAULT_GOAL := help
.PHONY: help demo test test-postgres lint format bench chaos migrations clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: .venv/ready ## Start everything with a demo association (RESET=1 starts afresh)
	@$(BIN)/python -m novi_ams.demo $(if $(RESET),--reset)

test: .venv/ready ## Run the whole suite: on SQLite, then on PostgreSQL where there is one
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
	$(MAKE) --no-print-directory test-postgres

test-postgres: .venv/ready ## Run the tests that use a database on a throw-away PostgreSQL
	CHAOS_N=$${CHAOS_N:-20} $(BIN)/python -m pytest -p novi_ams.tests.on_postgres -n $$(($(WORKERS) + 1)) --dist loadgroup -m "not browser and not processes and not once"

lint: .venv/ready-dev ## Check style, types, templates, imports and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	git ls-files -z 'templates/*.html' | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	$(BIN)/python manage.py makemigrations --check --dry-run

format: .venv/ready-dev ## Format code and templates
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -z 'templates/*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: .venv/ready ## Measure requests, time and memory; writes var/bench.json
	$(BIN)/python manage.py bench

chaos: .venv/ready ## Live N random histories with random trouble (N=5000, FIRST=0)
	CHAOS_N=$(or $(N),1000) CHAOS_FIRST=$(or $(FIRST),0) $(BIN)/python -m pytest integrations/tests/chaos -n auto -q

clean: ## Remove the environment and everything written at run time
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed.") if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
	  echo 'Python cannot make environments here; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
