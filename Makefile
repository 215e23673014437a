PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

unexport PYTHONDONTWRITEBYTECODE  # a command without bytecode compiles bo_loop at each start

.PHONY: demo test lint bench clean

demo: $(INSTALLED)  ## a closed-loop campaign on the embedded data
	$(BIN)/bo-loop demo

test: lint  ## lint, import contracts, docs, tests, the first notebook
	$(BIN)/python -m pytest --numprocesses=logical --dist=loadfile --no-loadscope-reorder \
		--nbmake notebooks/01_first_campaign.ipynb tests

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir $(VENV)/docs

bench: $(INSTALLED)  ## slow tests, every notebook, fuzzing and benchmarks
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m pytest -m slow
	$(BIN)/python -m pytest --nbmake notebooks
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

clean:
	rm -rf $(VENV) outputs dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,docs,validate,app,lab,structures,dask]'
	touch $@
