# `make demo` and `make test` are all that a fresh machine needs; `make help` lists the rest.
# Everything is installed in .venv and web/node_modules; PYTHON=… picks the Python for .venv.

.DEFAULT_GOAL := help
export PYTHON
ARGS ?=

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: demo
demo: ## a virtual camera and its page, on this machine; Ctrl-C ends it
	@scripts/install runtime && exec .venv/bin/liveedge demo $(ARGS)

.PHONY: test
test: ## every check and every test, as CI runs them
	@scripts/test

.PHONY: check
check: ## formatting, lint, imports and types, in Python and in the web part
	@scripts/test static

.PHONY: unit
unit: ## the Python tests that need no other program; ARGS="-k word" picks some
	@scripts/install dev && .venv/bin/pytest -m "not real and not browser" $(ARGS)

.PHONY: guards
guards: ## take each guard out of a copy and see its tests fail; ARGS=word picks some
	@scripts/install dev && .venv/bin/python -m tests.guards.run $(ARGS)

.PHONY: bench
bench: ## measure the delay on this machine; ARGS picks another benchmark, as in ARGS=capacity
	@scripts/install dev && scripts/system_parts.py && exec .venv/bin/liveedge bench $(or $(ARGS),latency)

.PHONY: fmt
fmt: ## format the Python code and fix what can be fixed by rule
	@scripts/install dev && .venv/bin/ruff check --fix-only && .venv/bin/ruff format

.PHONY: lock
lock: ## write the locks in requirements/ anew; ARGS=--upgrade takes newer versions
	@scripts/install dev && scripts/lock $(ARGS)

.PHONY: wheel
wheel: ## the wheel and the source distribution, in dist/
	@scripts/install runtime && .venv/bin/python -m hatchling build

.PHONY: clean
clean: ## remove everything that was made here, .venv too
	@rm -rf .venv web/node_modules src/liveedge/static build dist .*_cache .hypothesis test-results
