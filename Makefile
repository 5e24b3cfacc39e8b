# `make help` says what there is. Nothing is installed outside this folder, except Debian's Chromium by `make test` as root.

SHELL := /bin/sh
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
UV := .tools/bin/uv
BIN := .venv/bin
JOBS ?= auto

export UV_CACHE_DIR := $(CURDIR)/.tools/cache
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
# A start that has to compile every library first takes five seconds in the place of two.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE VIRTUAL_ENV

# What the checks of the code need of a set-up: no server, no data directory of anybody's.
CHECK_ENV := DJANGO_SETTINGS_MODULE=patron.config.settings PATRON_SANDBOX=1 PATRON_DATA_DIR=$(CURDIR)/.tools/check \
	DATABASE_URL=postgresql://127.0.0.1:1/none PATRON_SECRET_KEY=only-for-the-checks-of-the-code-itself

# Off: what takes a field named password, and a token in an example, for one. "password" and "secret" stand in examples.
SECRETS := --disable-plugin KeywordDetector --disable-plugin HexHighEntropyString --exclude-secrets '^(password|secret)$$'

.PHONY: help run demo test check fmt bench prove messages openapi clean browser
.DEFAULT_GOAL := help

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.installed ## start Patron with captured SMS and mail: database, web server, worker; Ctrl-C stops it
	@export PATRON_SANDBOX=$${PATRON_SANDBOX:-1}; exec $(BIN)/patron run

demo: .venv/.installed ## walk through what Patron does, against a `make run` in another terminal
	@export PATRON_SANDBOX=$${PATRON_SANDBOX:-1}; exec $(BIN)/patron tour

test: .venv/.developed browser ## run the tests
	@$(BIN)/pytest -n $(JOBS) -m "not prove"

check: .venv/.developed ## format, lint, types, layers, dependencies, migrations, secrets, generated files
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(CHECK_ENV) $(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(CHECK_ENV) $(BIN)/python -W "ignore:Got an error checking a consistent:RuntimeWarning" -m django makemigrations --check --dry-run
	git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook $(SECRETS)
	$(CHECK_ENV) $(BIN)/patron openapi --check
	$(BIN)/python -m tools.messages --check

fmt: .venv/.developed ## format the code and mend what the linter can
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix --quiet .

bench: .venv/.developed ## measure reads, writes and jobs on this machine
	@$(BIN)/python -m bench

prove: .venv/.developed browser ## run the long proofs: races, crashes, backlogs
	@$(BIN)/pytest -n 1 -m prove

messages: .venv/.developed ## collect the texts for the translators
	@$(BIN)/python -m tools.messages

openapi: .venv/.developed ## write the description of the API anew
	@$(CHECK_ENV) $(BIN)/patron openapi

clean: ## remove what was installed and cached here; the data directory stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find patron tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV):
	@test -n "$(PYTHON)" || { echo "Patron needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3."; exit 1; }
	@echo "Installing into .tools and .venv (the first time only, about a minute) ..."
	@rm -rf .tools/uv* .tools/bin
	@if $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 $(PYTHON) -m pip install -qq --target .tools uv; \
	else \
		$(PYTHON) -m venv .tools/venv && .tools/venv/bin/python -m pip install -qq --disable-pip-version-check uv \
		&& mkdir -p .tools/bin && ln -s ../venv/bin/uv .tools/bin/uv; \
	fi || { rm -rf .tools/bin; echo "uv could not be installed: is there a network, and pip or venv in $(PYTHON)?"; exit 1; }

# A stamp a set of packages, so that the second start touches neither uv nor the network.
.venv/.installed: pyproject.toml uv.lock | $(UV)
	@$(UV) sync --quiet --locked --inexact --no-dev --python "$(PYTHON)"
	@touch $@

.venv/.developed: pyproject.toml uv.lock | $(UV)
	@$(UV) sync --quiet --locked --python "$(PYTHON)"
	@touch $@ .venv/.installed

browser: | $(UV)
	@command -v chromium >/dev/null 2>&1 && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing Debian's Chromium for the tests of the pages ..."; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >.tools/chromium.log 2>&1; \
	fi; \
	command -v chromium >/dev/null 2>&1 && exit 0; \
	if [ "$$CI" = true ]; then echo "Chromium is missing and could not be installed (.tools/chromium.log): under CI no test may be skipped."; exit 1; fi; \
	echo "Skipped: the tests of the pages in a browser, since there is no chromium here and only root may install it."
