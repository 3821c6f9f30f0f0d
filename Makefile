# The front door for commands. What a target needs beyond Rust and Python it sets up itself:
# tools in target/tools, Python packages in .venv, database servers for as long as the tests run.

PYTHON ?= python3
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test lint fmt bench fuzz-smoke wheel doc

help: ## Say what there is
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1 \2/p' $(MAKEFILE_LIST) | while read -r name what; do printf '  %-12s%s\n' "$$name" "$$what"; done

# Built first and aloud, then run in silence: the first build takes minutes, and a stranger should see it move.
demo: ## Watch a sales copilot work behind the guard (needs nothing but Rust)
	@cargo build --locked --example sales_copilot
	@cargo run --locked --quiet --example sales_copilot

test: ## Run every test: Rust, docs, CLI, Python; on SQLite, PostgreSQL and MariaDB
	@.ci/test

lint: ## Check format, lints, docs, walls, dependencies and Python types
	@.ci/lint

fmt: ## Format all Rust sources
	@cargo fmt --all
	@cargo fmt --manifest-path guardrails-rules/fuzz/Cargo.toml
	@cargo fmt --manifest-path .ci/host/Cargo.toml
	@[ ! -e benches/peers/Cargo.toml ] || cargo fmt --all --manifest-path benches/peers/Cargo.toml

bench: ## Measure us, and us beside our peers; writes target/bench.json
	@.ci/bench

fuzz-smoke: ## Try made-up input on every reader of text for a minute each
	@.ci/fuzz

wheel: ## Build the Python wheel into target/wheels
	@.ci/wheel

doc: ## Build the API documentation into target/doc
	@cargo doc --locked --no-deps --workspace --features sqlite,postgres,mysql,cli
