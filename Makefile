# `make demo`, `make test`, `make bench`: each makes its own .venv, and again when pyproject.toml changes.

.PHONY: demo test bench clean

demo: .venv/installed
	.venv/bin/kyvernopy apply examples/policies/require-run-as-non-root.yaml -r examples/manifests/ || test $$? -eq 1

test: .venv/installed-test
	.venv/bin/python .ci/checks.py

bench: .venv/installed-bench
	.venv/bin/python benchmarks

clean:
	rm -rf .venv .venvs .coverage* .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/installed: pyproject.toml
	@.ci/install .venv -e .
	@touch $@

.venv/installed-test: pyproject.toml
	@.ci/install .venv -e '.[cli,fast,test,lint]'
	@touch $@ .venv/installed

.venv/installed-bench: pyproject.toml
	@.ci/install .venv -e '.[cli,fast,bench]'
	@touch $@ .venv/installed
