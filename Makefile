# make test, make demo, ... : the first use makes .venv from the lock file; a changed lock renews it.

# The first Python that is new enough; `make PYTHON=...` takes another one.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-header --annotation-style=line \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: help test lint demo bench faults fuzz lock clean

help:
	@echo "make test     lint, types and all tests"
	@echo "make lint     ruff and mypy only"
	@echo "make demo     a retailer, two shops, a bank and an ERP exchange files on this machine"
	@echo "make bench    measurements beside the peers (prints what else it needs)"
	@echo "make faults   crashes, full disks and broken servers, by the hundred"
	@echo "make fuzz     generated inputs, for longer than in the tests"
	@echo "make lock     resolve the dependencies of pyproject.toml anew"
	@echo "make clean    remove what was built; never the workspace's data"

$(READY): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing (Debian, Ubuntu: apt install python3-venv)." >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

test: lint
	$(BIN)/python -m pytest -n 2 --quiet

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

demo: $(READY)
	$(BIN)/python -m demo

bench: $(READY)
	$(BIN)/python -m bench $(BENCH)

faults: $(READY)
	$(BIN)/python -m pytest -n 2 tests/faults tests/e2e/test_bad_servers.py

fuzz: $(READY)
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=thorough --timeout=3600

lock: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-tools
	$(COMPILE) --output-file requirements/runtime.txt pyproject.toml
	$(BIN)/python -c 'import tomllib; d = tomllib.load(open("pyproject.toml", "rb")); \
		print(*d["project"]["dependencies"], *d["dependency-groups"]["dev"], sep="\n")' \
		| $(COMPILE) --constraint requirements/runtime.txt --output-file requirements/dev.txt -

clean:
	rm -rf .venv .bench dist build .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find edi tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
