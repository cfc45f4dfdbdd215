# Pakhuis: every command a person needs. A machine needs Python >= 3.11 and make; the rest is installed into .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := "$(BIN)/python" -m pip --disable-pip-version-check --quiet
ARGS ?=

.PHONY: demo up test check bench torture pictures lock clean

demo: $(VENV)/.runtime
	@"$(BIN)/pakhuis" demo $(ARGS)

up: $(VENV)/.runtime
	@"$(BIN)/pakhuis" up $(ARGS)

test: $(VENV)/.dev
	@"$(BIN)/python" -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/ruff" check .
	@"$(BIN)/mypy"
	@"$(BIN)/python" -m pytest -q tests/unit/test_arrows.py

bench: $(VENV)/.dev
	@"$(BIN)/python" -m bench $(ARGS)

torture: $(VENV)/.dev
	@"$(BIN)/python" -m torture $(ARGS)

# The pictures of README and docs, taken of a demo by Chromium.
pictures: $(VENV)/.dev
	@"$(BIN)/python" -m bench.pictures

# The locks carry hashes and no hosts, and hold on every platform and Python we support.
LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml
lock:
	$(LOCK) -o requirements/server.lock
	$(LOCK) --extra embedded -o requirements/runtime.lock
	$(LOCK) --extra dev -o requirements/dev.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pakhuis needs Python 3.11 or newer; set PYTHON=/path/to/it")'
	@$(PYTHON) -m venv "$(VENV)"

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Pakhuis into $(VENV) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/runtime.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch "$@"

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/.runtime
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.lock
	@touch "$@"

clean:
	rm -rf "$(VENV)" .pakhuis .mypy_cache .ruff_cache .pytest_cache .hypothesis
