# Two commands for a machine that has Python 3.11 or newer with pip and venv, and nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

# Random instances and changed ones, for as long as asked: make hunt HUNT_SECONDS=3600 HUNT_SEED=7
HUNT_SECONDS ?= 120
HUNT_SEED ?= 1

# Batches whose tasks, nodes, submitters, controllers and disks fail: make campaign CAMPAIGN_INSTANCES=20
CAMPAIGN_INSTANCES ?= 200

.PHONY: campaign solve hunt test quick coverage services setup lint docs tables wheel

solve: setup
	$(BIN)/kardashev solve instances/reference/gigawatt.yaml

test: setup
	$(BIN)/python -m pytest -n auto

# The tests to run after every change: under a minute on two cores.
quick: setup
	$(BIN)/python -m pytest -n auto -m "not slow and not services and not docs"

hunt: setup
	$(BIN)/python -m tests.properties.hunt --seconds $(HUNT_SECONDS) --seed $(HUNT_SEED)

campaign: $(VENV)/services-ready
	$(BIN)/python -m tests.solver.batch.campaign --instances $(CAMPAIGN_INSTANCES)

# Tests on a real Slurm, PostgreSQL, browser and builder of the site, with the fault campaign; what cannot be installed is skipped.
# Daemons started side by side on a busy machine may answer late: what failed is run once more, alone.
SERVICES = -m services -rs tests/solver/batch tests/solver/report tests/solver/tune tests/contracts/test_site.py \
	tests/contracts/test_wheel.py
services: $(VENV)/services-ready
	$(BIN)/python -m pytest -n 4 $(SERVICES) || $(BIN)/python -m pytest -n 0 --last-failed $(SERVICES)

# The packages of the system are installed by root where apt is there; without them the tests are skipped.
$(VENV)/services-ready: $(VENV)/ready tests/requirements.lock tests/services.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/requirements.lock \
	    || echo "no packages of tests/requirements.lock: their tests are skipped"
	sh tests/services.sh
	touch $(VENV)/services-ready

# All tests, and the lines and branches that none of them runs.
coverage: setup
	$(BIN)/python -m pytest -n auto --cov --cov-report=term --cov-report=html

setup: $(VENV)/ready

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	touch $(VENV)/ready

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The module list of docs/developers/architecture.md, and the site: build/site/index.html opens without a server.
docs: $(VENV)/docs-ready
	$(BIN)/python -m docs.developers.modules
	$(BIN)/python -m docs.developers.site.stage
	cd build && $(abspath $(BIN))/zensical build --clean --strict
	$(BIN)/python -m docs.developers.site.finish
	$(BIN)/python -m pytest -n auto -m docs tests/contracts/test_snippets.py

$(VENV)/docs-ready: $(VENV)/ready docs/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r docs/requirements.lock
	touch $(VENV)/docs-ready

# The committed tables and the pictures of the README, from what the code produces now.
tables: setup
	$(BIN)/python results/make.py

# The program to install anywhere: dist/kardashev_planner-*.whl, with the catalogue inside.
wheel: setup
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --wheel-dir dist .
