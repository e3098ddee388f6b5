# Switchboard: everything is set up by the target that needs it.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV := $(or $(shell command -v uv),.uv/bin/uv)
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
export RASA_TELEMETRY_ENABLED := false

NEEDS := .venv/.dev tests/browser/node_modules/.done train
TEST := $(BIN)/python -m pytest -n 2 --dist worksteal

.PHONY: help run test test-security security-report audit check train chat nlu bench lock clean

help: ## Show what there is to do
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: .venv/.run train ## Set up, train, seed and serve; prints where to look
	$(BIN)/python -m bot serve

chat: .venv/.run train ## Talk to the assistant in the terminal
	$(BIN)/python -m bot chat $(ARGS)

train: .venv/.run ## Train the model, unless nothing it learns from changed
	$(BIN)/python -m bot train

test: $(NEEDS) ## Set up and run the tests, all but those marked long
	$(TEST) -m "not long" $(ARGS)
	@echo "left out: tests that take long; 'make test-security' runs them"

test-security: $(NEEDS) ## Run the tests of the security goals, and all that take long
	$(TEST) -m "security or long" $(ARGS)

security-report: ## Run them; write their figures to tests/security/REPORT.md
	@$(MAKE) --no-print-directory test-security; code=$$?; \
	$(BIN)/python -m tests.security.report && exit $$code

audit: .venv/.dev ## Ask the package index for known weaknesses of what is locked
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt

check: .venv/.dev ## Format, lint, types and tests
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/mypy bot actions
	@$(MAKE) --no-print-directory test ARGS=-q

nlu: .venv/.dev train ## Measure understanding; writes reports/nlu.md
	$(BIN)/python -m benchmarks.nlu

bench: .venv/.dev train ## Measure widget and engine, beside stock Rasa; takes long
	$(BIN)/python -m benchmarks.widget && $(BIN)/python -m benchmarks.engine $(ARGS)

lock: COMPILE = $(UV) -q pip compile pyproject.toml --generate-hashes --no-header
lock: $(UV) ## Renew requirements.txt and requirements-dev.txt
	$(COMPILE) --python-version 3.11 --upgrade -o requirements.txt
	$(COMPILE) --python-version 3.11 -c requirements.txt --group dev -o requirements-dev.txt

clean: ## Remove what was made: environment, models, state, reports
	git clean -fdXq

.uv/bin/uv:
	$(PYTHON) -m venv .uv && .uv/bin/pip install -q uv

.venv/bin/python: | $(UV)
	$(UV) venv -q --python $(PYTHON) .venv

.venv/.run: requirements.txt pyproject.toml | .venv/bin/python
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements.txt
	$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

tests/browser/node_modules/.done: tests/browser/package-lock.json
	@npm --prefix $(<D) ci --silent && touch $@ || echo "no npm: some tests are skipped"
