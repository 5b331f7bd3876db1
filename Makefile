# `make demo` and `make test` start from a fresh clone: Python 3.11 or newer, git and make.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

PYTHON ?= python3
# Where the CPU build of torch comes from; TORCH_INDEX= takes the one the Python index has.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

BIN := .venv/bin
INPUTS := pyproject.toml constraints.txt
NOTEBOOKS := $(patsubst %.py,%.ipynb,$(wildcard docs/gallery/*.py))

# torch goes first and alone: on Linux its default build brings gigabytes of CUDA libraries.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: $(PYTHON) is $$($(PYTHON) --version 2>&1), expected Python 3.11 or newer;" \
	    "name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	$(BIN)/pip install -q -c constraints.txt --no-deps --retries 1 --timeout 30 \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) torch
	$(BIN)/pip install -q -c constraints.txt -e $(1)
endef

.venv/.runtime: $(INPUTS)
	$(call install,.)
	@touch $@

.venv/.installed: $(INPUTS)
	$(call install,".[dev]")
	@touch .venv/.runtime $@

.PHONY: demo
demo: .venv/.runtime  ## compare an embedded base with its RL-tuned version; writes runs/demo-<time>/
	$(BIN)/latent-reasoning compare --n-problems 400 --controls 24 --output runs/demo-$$(date +%Y%m%d-%H%M%S)

.PHONY: test
test: .venv/.installed  ## run the tests
	$(BIN)/pytest -q

.PHONY: test-slow
test-slow: .venv/.installed  ## run the tests marked slow
	$(BIN)/pytest -q -m slow

.PHONY: test-gpu
test-gpu: .venv/.installed  ## run the tests that need a GPU
	$(BIN)/pytest -q -m gpu

.PHONY: check
check: lint type layers test  ## everything a change has to pass

.PHONY: lint
lint: .venv/.installed  ## check format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: type
type: .venv/.installed  ## check types
	$(BIN)/pyright

.PHONY: layers
layers: .venv/.installed  ## check that imports point down only
	$(BIN)/lint-imports

.PHONY: format
format: .venv/.installed  ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: docs
docs: $(NOTEBOOKS)  ## execute the gallery: docs/gallery/*.py to .ipynb with outputs

docs/gallery/%.ipynb: docs/gallery/%.py .venv/.installed FORCE
	$(BIN)/python docs/execute.py $<

.PHONY: notebook
notebook: .venv/.installed  ## open the gallery in JupyterLab
	$(BIN)/jupyter lab docs/gallery

.PHONY: FORCE
FORCE:

.PHONY: clean
clean:  ## remove caches and build outputs; keeps .venv and runs
	rm -rf build dist .pytest_cache .ruff_cache .import_linter_cache
	find . \( -path ./.git -o -path ./.venv -o -path ./runs \) -prune -o -type d \
	  \( -name __pycache__ -o -name .ipynb_checkpoints -o -name '*.egg-info' \) -prune \
	  -exec rm -rf {} +

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: figures
figures: .venv/.installed  ## write the tables of README.md and the figures of experiments from results
	$(BIN)/python -m experiments.readme_figures
	$(BIN)/python -m experiments.figures
