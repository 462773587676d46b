# Two commands set everything up and run: `make demo`, `make test`.
PYTHON ?= python3
VENV ?= .venv
SERVE ?= 1
BIN := $(VENV)/bin

.PHONY: help demo test check fix messages coverage bench soak shell clean

help:
	@echo "make demo   crawl, archive, index, search and serve a newspaper on loopback (SERVE=0: stop after printing)"
	@echo "make test   lint, types, generated docs and every test"
	@echo "make check  lint, types and generated docs only"
	@echo "make fix    format, sort imports, regenerate the references in docs/"
	@echo "make coverage  every test, with the branches of the three packages that they reach"
	@echo "make messages  brings the texts of the interface's languages up to date (LANGUAGE=pl: begins one)"
	@echo "make shell  a shell with microfiche on its path"
	@echo "make bench  benchmarks, as ratios against named peers (NAMES=\"capture_crawl …\": only these)"
	@echo "make soak   long fuzzes and hundreds of kills"

$(BIN)/.ready: pyproject.toml
	@echo "Setting up $(VENV): this takes a minute or two, once."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: $(BIN)/.ready
	$(BIN)/python -m tests.site.demo --serve $(SERVE)

check: $(BIN)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m cogapp --check --check-fail-msg='Run make fix.' docs/*.md README.md

test: check
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not soak'

fix: $(BIN)/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m cogapp -r docs/*.md README.md

messages: $(BIN)/.ready
	$(BIN)/python -m tests.messages $(LANGUAGE)

coverage: $(BIN)/.ready
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not soak' --cov --cov-report=term

shell: $(BIN)/.ready
	PATH="$(CURDIR)/$(BIN):$$PATH" $${SHELL:-sh}

bench: $(BIN)/.ready
	$(BIN)/python -m tests.benchmarks $(NAMES)

soak: $(BIN)/.ready
	$(BIN)/python -m pytest -m soak

clean:
	rm -rf $(VENV) build dist demo-archive .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
