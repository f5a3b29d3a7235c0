# Needs Python 3.11 or newer, pip and make; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
WEB := extractor/report/web
DRAWINGS := $(WEB)/dist/graph.js
CORPUS := tests/corpus
BENCH_VENV ?= .venv-bench

.PHONY: assets run test lint check evaluate record lock cues schema golden bench clean

run: $(READY)
	$(BIN)/extract seeds/ -o out.json

# The tests of the report need Node.js with npm, and Debian's chromium (apt-get install nodejs npm chromium).
test: $(READY) $(DRAWINGS)
	$(BIN)/python -m pytest

# The libraries that the report draws with, in one file. Reports do without it where it is missing.
assets: $(DRAWINGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

# Measures the recorded answers to the texts in tests/corpus against their gold.
evaluate: $(READY)
	$(BIN)/extract $(CORPUS)/articles -o corpus.json --replay $(CORPUS)/cassettes --metadata $(CORPUS)/manifest.json
	$(BIN)/extract evaluate corpus.json --gold $(CORPUS)

# Sends the requests for the seeds and the corpus to the model and server of your own (OPENAI_API_KEY, EXTRACT_MODEL,
# OPENAI_BASE_URL) and keeps its answers in place of the recorded ones.
record: $(READY)
	rm -f tests/cassettes/*.json $(CORPUS)/cassettes/*.json
	$(BIN)/extract seeds/ -o out.json --record tests/cassettes
	$(BIN)/extract $(CORPUS)/articles -o corpus.json --record $(CORPUS)/cassettes --metadata $(CORPUS)/manifest.json

schema: $(READY)
	$(BIN)/extract schema > dataset.schema.json

# What must stand in an order to software, worked out from the rules in orders.toml.
cues: $(READY)
	$(BIN)/python -m extractor.cue_derivation

# Texts that tests compare; read the diff after this.
golden: schema
	$(BIN)/python -m tests.golden

bench: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	test -d $(BENCH_VENV) || $(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check -r benchmarks/peers/requirements.txt
	BENCH_VENV=$(BENCH_VENV) $(BIN)/python -m benchmarks

lock:
	uv pip compile pyproject.toml --extra local --extra test --extra check --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.txt

clean:
	rm -rf .venv $(BENCH_VENV) out.json corpus.json $(WEB)/node_modules $(WEB)/dist

$(DRAWINGS): $(WEB)/package-lock.json $(WEB)/build.mjs $(WEB)/graph.js
	cd $(WEB) && npm ci --silent --no-audit --no-fund && npm run --silent build

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=26'  # older ones take thrice as long
	$(BIN)/python -m pip install --quiet --no-deps --no-compile --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $(READY)
