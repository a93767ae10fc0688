# Muster needs Python 3.11 or newer and make; everything else is fetched. `make help` lists what there is.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
PY := .venv/bin/python
MUSTER := .venv/bin/muster
OURS := config muster tests tools benchmarks manage.py conftest.py
PYTEST := $(PY) -m pytest -n $(JOBS)
LOCK := .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

# What one process has compiled serves all others.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-changed check style hooks demo bench bench-large \
	shots picture lock audit vendor wheel clean setup setup-dev fuzz chaos sbom

help:
	@echo "make run     set up everything and serve http://127.0.0.1:$(PORT) (PORT=8001 for another)"
	@echo "make test    set up everything, check the code and run the whole suite (JOBS=4 for more at once)"
	@echo "make test-changed   only the tests that run code changed since the last time, none in a browser"
	@echo "make check   style, types, templates, who imports whom, and the audit (MUSTER_OFFLINE=1 leaves it out)"
	@echo "make style   the same without the audit   make hooks   check style before each commit"
	@echo "make demo    recreate the demo institution"
	@echo "make bench   run the measurements         make shots   take pictures of the pages (ONLY=batches)"
	@echo "make bench-large   every page and call at 5,000,000 marks"
	@echo "make fuzz    20,000 made-up calls, and pages and forms (CASES=100000 SEED=2)"
	@echo "make chaos   kill parts of a served Muster under load and count what is lost (ROUNDS=50)"
	@echo "make sbom    write what Muster is made of into dist/muster.cdx.json"
	@echo "make lock    pin the dependencies again    make audit   look for known vulnerabilities"
	@echo "make wheel   build the package that installs without a checkout, into dist/"
	@echo "make clean   remove what was fetched and built; data in var/ stays"

setup:
	@$(PYTHON) tools/setup.py run

setup-dev:
	@$(PYTHON) tools/setup.py dev

run: setup
	@exec $(MUSTER) serve --demo --port $(PORT)

test: style
	@if $(PY) tools/system.py chromium chromium DejaVuSans.ttf fonts-dejavu-core; then exec $(PYTEST); \
	elif [ -n "$$CI" ]; then exit 1; \
	else echo "Leaving the browser tests out."; exec $(PYTEST) -m "not browser"; fi

# The first time it runs everything, to learn which code each test runs. Templates, styles, scripts and SQL it cannot see.
test-changed: setup-dev
	@exec $(PYTEST) --testmon -m "not browser" --ignore tests/platform

hooks: setup-dev
	@.venv/bin/pre-commit install

check: style audit

style: setup-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(PY) -m mypy $(wildcard $(OURS))
	.venv/bin/djlint --lint --quiet muster
	.venv/bin/lint-imports

demo: setup
	@$(MUSTER) demo --fresh

bench: setup-dev
	@$(PY) -m benchmarks

bench-large: setup-dev
	@$(PY) -m benchmarks.large

CASES ?= 20000
SEED ?= 1
fuzz: setup-dev
	@MUSTER_FUZZ_CASES=$(CASES) MUSTER_FUZZ_SEED=$(SEED) $(PYTEST) tests/api/test_fuzz.py tests/test_fuzzed_pages.py

ROUNDS ?= 50
chaos: setup-dev
	@$(PY) -m benchmarks.chaos --rounds $(ROUNDS)

sbom: setup-dev
	@$(PY) tools/sbom.py

shots: setup-dev
	@$(PY) tools/shots.py

picture: setup-dev
	@$(PY) tools/shots.py --picture

lock: setup-dev
	$(LOCK) requirements/run.in -o requirements/run.txt
	$(LOCK) requirements/dev.in -c requirements/run.txt -o requirements/dev.txt
	$(LOCK) requirements/build.in -o requirements/build.txt

audit: setup-dev
	@$(PY) tools/audit.py

vendor: setup

# Whatever an earlier build left in build/ would be packed too.
wheel: setup-dev
	rm -rf build
	$(PY) -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf .venv node_modules muster/vendor build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .testmondata*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
