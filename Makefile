# A bare machine needs git, make and Python 3.10 to 3.14 with its venv module. The rest is set up
# here: .venv from requirements/dev.txt, further .venv-* folders for the other test targets.

# PYTHON=... on the command line chooses another one.
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
	$$python -c 'import ensurepip, sys; (3, 10) <= sys.version_info[:2] <= (3, 14) or sys.exit(1); print(sys.executable)' \
	2>/dev/null && break; done)
PYTHONS := 3.10 3.11 3.12 3.13 3.14
UV := .venv/bin/uv
# Sees all of pyenv's versions: its python3.x commands fail unless they are switched on.
UV_FIND := PYENV_VERSION=$(shell pyenv versions --bare 2>/dev/null | grep -E '^3\.1[0-4]\.[0-9]+$$' | paste -s -d:) $(UV)
ARGS ?=

# Only interpreters that are already here.
export UV_PYTHON_DOWNLOADS := never
# As pip does: a company's own certificate lies in the system's store.
export UV_SYSTEM_CERTS := true
# Each process would compile Airflow anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo pictures test test-services test-airflow test-oldest test-next test-mypy test-pythons test-newest test-full mutants coverage wheel release sbom bench bench-quick docs stubs lint format lock clean python

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

demo: .venv/synced ## Run the example DAG on real flights
	.venv/bin/python examples/flights.py

pictures: .venv/synced ## Draw the pictures of the docs anew
	.venv/bin/typedxcom graph examples/dags/flights_2013.py --format svg > docs/flights.svg

test: .venv/synced .venv-checkers/synced ## Run all tests (ARGS="-k wiring -x" goes to pytest)
	.venv/bin/python -m pytest $(ARGS)

test-services: .venv-services/synced ## Run the tests of whole deployments: Celery, Redis, Ceph, Azurite, Chromium
	PATH="$(CURDIR)/.venv/bin:$$PATH" .venv-services/bin/python -m pytest tests/deployment --durations=15 $(ARGS)

test-airflow: .venv/synced ## Run Airflow's own TaskFlow tests with Airflow's task and with ours
	.venv/bin/python -m tests.airflow_suites $(ARGS)

test-oldest: .venv-oldest/synced .venv-checkers/synced ## Run unit and end-to-end tests on the oldest supported Airflow
	.venv-oldest/bin/python -m pytest tests/unit tests/shell tests/e2e tests/backend tests/large tests/stubs \
		tests/hostile/test_footers.py --ignore $(SLOW) $(ARGS)

# What `annotate --models` writes does not depend on Airflow: test-full runs it on these two.
SLOW := tests/e2e/test_annotated_models.py

# The libraries that tables' memory depends on are the same as in .venv.
test-next: .venv-next/synced .venv-checkers/synced ## Run unit and end-to-end tests on the next Airflow's pre-release
	.venv-next/bin/python -m pytest tests/unit tests/shell tests/e2e tests/backend tests/large tests/stubs tests/next \
		--ignore tests/large/test_table_memory.py --ignore $(SLOW) $(ARGS)

# What may differ there: verdicts, and cold, edited and warm runs. Other checkers do not, nor options.
test-mypy: .venv-mypy/synced ## Run the plugin's tests on the oldest supported mypy
	.venv-mypy/bin/python -m pytest tests/mypy --ignore tests/mypy/test_checkers.py \
		-k "not modes or producer or warm or daemon" $(ARGS)

test-pythons: .venv/synced ## Run unit tests on each other Python that is supported and installed
	@for version in $(filter-out $(shell .venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null),$(PYTHONS)); do \
		if ! $(UV_FIND) python find --system $$version >/dev/null 2>&1; then \
			echo "test-pythons: Python $$version is not installed, skipped"; continue; \
		fi; \
		echo "test-pythons: Python $$version"; \
		$(MAKE) --no-print-directory .venv-py$$version/synced || exit 1; \
		.venv-py$$version/bin/python -m pytest tests/unit $(ARGS) || exit 1; \
	done

test-newest: .venv/synced ## Run unit tests on the newest supported Python that is installed
	@$(MAKE) --no-print-directory test-pythons PYTHONS=$$(for version in $(PYTHONS); do \
		$(UV_FIND) python find --system $$version >/dev/null 2>&1 && echo $$version; done | tail -n 1)

test-full: test-pythons .venv-oldest/synced .venv-next/synced ## What the gate leaves out, because it is slow and has not failed alone
	.venv-oldest/bin/python -m pytest $(SLOW) $(ARGS)
	.venv-next/bin/python -m pytest $(SLOW) $(ARGS)
	HYPOTHESIS_PROFILE=ci .venv/bin/python -m pytest tests/property $(ARGS)

mutants: .venv-mutants/synced ## Change the code in small ways and count what the tests notice
	.venv-mutants/bin/python .ci/mutants.py $(ARGS)

coverage: .venv-mutants/synced ## Write build/coverage/index.html: of each line, which tests run it
	.venv-mutants/bin/coverage run --rcfile .ci/coverage.ini -m pytest tests/unit tests/property tests/tables tests/stores $(ARGS)
	.venv-mutants/bin/coverage report --rcfile .ci/coverage.ini
	.venv-mutants/bin/coverage html --rcfile .ci/coverage.ini --show-contexts

# The tests run from a copy, so that only the installed wheel can be imported.
wheel: .venv/synced ## Build the wheel and run unit tests against it
	rm -rf dist build/wheel build/lib .venv-wheel
	mkdir -p build/wheel
	$(UV) build --wheel --no-build-isolation --python .venv/bin/python --out-dir dist --quiet
	$(UV) venv --quiet --python .venv/bin/python .venv-wheel
	$(UV) pip sync --quiet --python .venv-wheel --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --python .venv-wheel --no-deps dist/*.whl
	cp -R tests docs pyproject.toml build/wheel
	cd build/wheel && env -u PYTHONPATH ../../.venv-wheel/bin/python -m pytest tests/unit $(ARGS)

release: .venv/synced ## Build what a release uploads, twice, and try it; uploads nothing
	.venv/bin/python .ci/release.py

sbom: .venv/synced ## Write requirements/sbom.cdx.json, which goes into the wheel
	.venv/bin/python .ci/release.py --sbom

bench: .venv-bench/synced ## Measure everything, beside what users would pick instead
	.venv-bench/bin/python -m benchmarks --docs $(ARGS)

bench-quick: .venv-bench/synced ## The main suites on small data, in under two minutes
	.venv-bench/bin/python -m benchmarks --quick --json build/bench-quick.json $(ARGS)

docs: .venv-docs/synced ## Build the documentation site into build/docs/html; a warning is an error
	AIRFLOW_HOME=$(CURDIR)/build/docs/airflow AIRFLOW__LOGGING__LOGGING_LEVEL=WARNING \
		.venv-docs/bin/python -m sphinx --fresh-env --fail-on-warning --quiet -b html -c docs/site -d build/docs/trees . build/docs/html

stubs: .venv/synced .venv-oldest/synced .venv-next/synced ## Make stubs/airflow-stubs anew from each supported Airflow
	for python in .venv-oldest .venv-next .venv; do $$python/bin/python stubs/generate.py || exit 1; done

lint: .venv/synced ## Check style, format and types
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy --strict typedxcom

format: .venv/synced ## Mend style and format
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --upgrade \
	--custom-compile-command "make lock"
# Not the extra `stubs`, which is made here.
COMPILE_ALL := $(COMPILE) pyproject.toml --extra mypy --extra pandas --extra polars --extra duckdb \
	--group dev

lock: | $(UV) ## Resolve requirements/*.txt anew
	$(COMPILE) --python-version 3.10 requirements/bootstrap.in -o requirements/bootstrap.txt
	$(COMPILE) --python-version 3.10 requirements/checkers.in -o requirements/checkers.txt
	$(COMPILE_ALL) --python-version 3.10 requirements/dev.in -o requirements/dev.txt
	$(COMPILE) --no-deps requirements/mypy-oldest.in -o requirements/mypy-oldest.txt
	$(COMPILE) --no-deps --no-annotate --python-version 3.10 -c requirements/dev.txt \
		requirements/airflow.in -o requirements/airflow.txt
	$(COMPILE_ALL) --python-version 3.10 -c requirements/dev.txt requirements/dev.in \
		requirements/services.in -o requirements/services.txt
	$(COMPILE_ALL) --python-version 3.10 --exclude-newer 2026-03-20 --resolution lowest-direct \
		requirements/oldest.in -o requirements/oldest.txt
	$(COMPILE_ALL) --python-version 3.11 requirements/next.in -o requirements/next.txt
	$(COMPILE_ALL) --python-version 3.11 requirements/bench.in -o requirements/bench.txt
	$(COMPILE) --python-version 3.11 -c requirements/dev.txt requirements/docs.in -o requirements/docs.txt
	$(COMPILE) --python-version 3.10 -c requirements/dev.txt requirements/mutants.in -o requirements/mutants.txt

clean: ## Remove everything that make made
	rm -rf .venv .venv-* .azurite build dist *.egg-info .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "typedxcom needs Python 3.10, 3.11, 3.12, 3.13 or 3.14 with its venv module on PATH."; exit 1; }

$(UV): requirements/bootstrap.txt | python
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	@touch $@

# $(call fill,venv,lock): install exactly the lock, then this tree in editable form.
define fill
	$(UV) pip sync --quiet --python $(1) --require-hashes $(2)
	$(UV) pip install --quiet --python $(1) --no-deps --no-build-isolation --editable .
	@touch $(1)/synced
endef

.venv/synced: $(UV) requirements/dev.txt pyproject.toml
	$(call fill,.venv,requirements/dev.txt)

# Microsoft's emulator of Azure's blob storage, for test-services; needs npm.
.azurite/synced:
	npm install --no-save --no-audit --no-fund --silent --prefix .azurite azurite@3.35.0
	@touch $@

.venv-services/synced: .venv/synced requirements/services.txt
	$(UV) venv --quiet --clear --python .venv/bin/python .venv-services
	$(call fill,.venv-services,requirements/services.txt)

# The oldest Airflow on the oldest Python, the next on the newest, where they are installed.
.venv-oldest/synced: .venv/synced requirements/oldest.txt
	$(UV_FIND) venv --quiet --clear --python 3.10 .venv-oldest 2>/dev/null || \
		$(UV) venv --quiet --clear --python .venv/bin/python .venv-oldest
	$(call fill,.venv-oldest,requirements/oldest.txt)

# Type checkers run from here on the packages of the other environments.
.venv-checkers/synced: .venv/synced requirements/checkers.txt
	$(UV) venv --quiet --clear --python .venv/bin/python .venv-checkers
	$(UV) pip sync --quiet --python .venv-checkers --require-hashes requirements/checkers.txt
	@touch $@

# Airflow 3.4 needs Python 3.11.
.venv-next/synced: .venv/synced requirements/next.txt
	$(UV_FIND) venv --quiet --clear --python 3.13 .venv-next 2>/dev/null || \
		$(UV_FIND) venv --quiet --clear --python '>=3.11,<3.15' .venv-next
	$(call fill,.venv-next,requirements/next.txt)

# The newest Airflow under the oldest mypy.
.venv-mypy/synced: .venv/synced requirements/mypy-oldest.txt
	$(UV) venv --quiet --clear --python .venv/bin/python .venv-mypy
	$(call fill,.venv-mypy,requirements/dev.txt)
	$(UV) pip install --quiet --python .venv-mypy --no-deps --require-hashes -r requirements/mypy-oldest.txt

# dataframely needs Python 3.11.
.venv-bench/synced: .venv/synced requirements/bench.txt
	$(UV_FIND) venv --quiet --clear --python '>=3.11,<3.15' .venv-bench
	$(call fill,.venv-bench,requirements/bench.txt)

# What the docstrings belong to, and Sphinx laid over it, which needs Python 3.11.
.venv-docs/synced: .venv/synced requirements/docs.txt
	$(UV_FIND) venv --quiet --clear --python '>=3.11,<3.15' .venv-docs
	$(call fill,.venv-docs,requirements/dev.txt)
	$(UV) pip install --quiet --python .venv-docs --no-deps --require-hashes -r requirements/docs.txt

# mutmut laid over what the tests run on.
.venv-mutants/synced: .venv/synced requirements/mutants.txt
	$(UV) venv --quiet --clear --python .venv/bin/python .venv-mutants
	$(call fill,.venv-mutants,requirements/dev.txt)
	$(UV) pip install --quiet --python .venv-mutants --no-deps --require-hashes -r requirements/mutants.txt

.venv-py%/synced: .venv/synced
	$(UV_FIND) venv --quiet --clear --python $* .venv-py$*
	$(call fill,.venv-py$*,requirements/dev.txt)
