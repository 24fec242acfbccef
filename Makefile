# Palautepiste. `make demo` and `make test` do all the set-up themselves.

VENV := .venv
BIN := $(VENV)/bin

# What the window draws and speaks with; fribidi lets Pillow set right-to-left text.
DEBIAN_RUN := libegl1 libgles2 libgl1 libgl1-mesa-dri libfribidi0 espeak-ng
# A real browser for the central service's pages with what playwright's own node wants, a database
# for several of its processes (the tests run one of their own beside Debian's), a display with
# fingers of its own, and a compiler for the sketch of the plain box.
DEBIAN_TEST := $(DEBIAN_RUN) chromium libatomic1 postgresql xvfb libxtst6 g++ openssl strace

export PYTHON
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check format i18n lock contract pictures drills clean

help:  ## This list
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.runtime  ## A terminal, its agent and a central service here; CLIENTS=20 lets 20 answer
	@.ci/debian-packages $(DEBIAN_RUN)
	@$(BIN)/palautepiste demo $(if $(CLIENTS),--clients $(CLIENTS)) $(DEMO)

test: $(VENV)/.dev $(VENV)/.micropython $(VENV)/.axe  ## The whole test suite; PYTEST="-k word" for a part
	@.ci/debian-packages $(DEBIAN_TEST)
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST)

check: $(VENV)/.dev  ## What CI runs: format, lint, types, imports, and the tests, which check translations too
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory test

format: $(VENV)/.dev  ## Format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

i18n: $(VENV)/.dev  ## Say what the catalogues of the interface texts lack, and compile them
	@$(BIN)/python -m tests.translations

contract: $(VENV)/.dev  ## Write the receiver's kit in docs/contract/ anew, from the program's own types
	$(BIN)/python -m tests.contract

pictures: $(VENV)/.dev  ## Draw each screen in each language, mode and size into pictures/
	@.ci/debian-packages $(DEBIAN_RUN)
	$(BIN)/python -m tests.screens.gallery pictures

drills: $(VENV)/.dev  ## The long drills: power cuts, kills, any network, any clock, 10,000 sessions, idle CPU
	@.ci/debian-packages $(DEBIAN_TEST)
	$(BIN)/python -m tests.drills.power_cuts 4000
	$(BIN)/python -m tests.drills.kills 200
	$(BIN)/python -m tests.drills.kill 200
	$(BIN)/python -m tests.drills.enrolment_kills 10
	$(BIN)/python -m tests.drills.two_processes 100
	$(BIN)/python -m tests.drills.corruption 200
	$(BIN)/python -m tests.drills.any_network 100
	$(BIN)/python -m tests.drills.any_clock 2000
	$(BIN)/python -m tests.drills.wild_calls 500
	$(BIN)/palautepiste bench fleet
	$(BIN)/python -m tests.drills.chatter 24
	$(BIN)/python -m tests.drills.long_run 10000
	$(BIN)/python -m tests.benchmarks.idle

lock: $(VENV)/.dev  ## Resolve the dependencies anew, with hashes and without index addresses
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --extra central --extra build \
		pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --extra central --extra build --extra dev \
		--constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

# The Pico's firmware is tested on a real MicroPython, which npm has for node.
$(VENV)/.micropython: $(VENV)/.python tests/firmware/package.json tests/firmware/package-lock.json
	@command -v npm >/dev/null || .ci/debian-packages npm
	@npm ci --silent --no-audit --no-fund --prefix tests/firmware
	@touch $@

# The accessibility checker that runs in the browser beside each page of the central service.
$(VENV)/.axe: $(VENV)/.python tests/browser/package.json tests/browser/package-lock.json
	@command -v npm >/dev/null || .ci/debian-packages npm
	@npm ci --silent --no-audit --no-fund --prefix tests/browser
	@touch $@

clean:  ## Remove what was made here
	rm -rf $(VENV) dist pictures tests/firmware/node_modules tests/browser/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/.python: .ci/make-venv
	@.ci/make-venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.python requirements-dev.lock pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime
