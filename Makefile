PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
.DEFAULT_GOAL := help

.PHONY: help install install-dev install-training serve test check client bench clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Borrador needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "Installing into $(VENV): a minute or two, about 700 MB, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

install: $(VENV)/.installed ## Create .venv with the command `borrador` in it

install-dev: $(VENV)/.installed-dev ## The same, with what the tests need

install-training: $(VENV)/.installed ## The same, with torch and what training needs
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[training]'

serve: install ## Install, then serve API and console with a demo company on http://127.0.0.1:8000
	$(BIN)/borrador serve --host $(HOST) --port $(PORT)

test: install-dev ## Install, then lint, type-check and run all tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

check: install-dev ## Lint, types and layers only
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

client: install-dev ## Write the Python client anew from the routes
	$(BIN)/python -m api.client_writing

bench: install ## Measure latency, throughput, memory and start-up
	$(BIN)/borrador bench

clean: ## Remove the environment and caches (never the data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
