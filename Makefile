.PHONY: install build test test-slow fuzz lint benchmark picture

install:
	pip install ".[test,check]"

build:
	gradsheet build nyu-2020

test:
	pytest -q

test-slow:
	HYPOTHESIS_PROFILE=thorough pytest -q -m "slow or hypothesis"

fuzz:
	python -m tests.fuzz 100000

lint:
	ruff check .
	ruff format --check .
	mypy

benchmark:
	python benchmarks/derive.py
	python benchmarks/layers.py
	python benchmarks/numeric.py
	python benchmarks/checks.py
	python -m benchmarks.gradient_checkers

picture:
	docs/picture.sh
