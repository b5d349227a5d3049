# make run     the app in a browser (PORT=8600 make run picks the port)
# make test    what every change must pass: all but what takes long
# make test-all  those too
# make bench   each promised number with its bound
# make pictures  every page at a desk, on a projector and on a phone, light and dark, into build/screenshots
# make model   the real small model, fetched once (make run does it in the background, make test before the tests)
# make gpu     what only a CUDA GPU can show, measured and recorded within 9 minutes (docs/gpu.md)
# On a fresh machine all but the last do all their own set-up: a virtual environment, packages, a browser for the tests.

PYTHON ?= python3
PORT ?= 8501
MINUTES ?= 9
WHICH ?= -m "not thorough"
VENV := .venv
BIN := $(VENV)/bin

# A test run starts dozens of processes of the app; what Python has compiled for one is there for all, whatever the shell
# says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-all bench pictures model gpu gpu-bundle lint clean browser

run: $(VENV)/.app
	FETCH_AT_START=1 $(BIN)/streamlit run app.py --server.port $(PORT)

test: $(VENV)/.dev browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	-$(BIN)/python -m lib.models.fetch
	# Two processes side by side, the browsers after the rest. Both parts run, whatever the first says. Files go in the
	# order of their folders: each process starts its worker for pages once, and none is left alone with the longest.
	status=0; \
	$(BIN)/pytest tests/unit tests/pages $(WHICH) --numprocesses 2 --dist loadfile --no-loadscope-reorder || status=1; \
	$(BIN)/pytest tests/browser $(WHICH) --numprocesses 2 --dist loadfile || status=1; \
	exit $$status

test-all:
	$(MAKE) test WHICH=

bench: $(VENV)/.dev browser
	$(BIN)/python -m bench

pictures: $(VENV)/.dev browser
	$(BIN)/python -m scripts.take_screenshots build/screenshots

model: $(VENV)/.app
	$(BIN)/python -m lib.models.fetch

# Sets nothing up: the virtual environment if it is there, else a Python that has torch, transformers and peft.
gpu:
	PYTHONPATH=build/gpu $(or $(wildcard $(BIN)/python),$(PYTHON)) -m scripts.measure_on_gpu \
		--minutes $(MINUTES) $(if $(FRESH),--fresh)

gpu-bundle: $(VENV)/.dev
	$(BIN)/python -m scripts.bundle_for_gpu $(if $(CUDA),--cuda $(CUDA))

lint: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build .pytest_cache .ruff_cache

$(VENV)/.app: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.dev: $(VENV)/.app requirements-dev.txt
	$(BIN)/pip install --quiet -r requirements-dev.txt
	touch $@

# Chromium for the tests: the one there is, else Debian's as root, else Playwright's own.
browser: $(VENV)/.dev
	@$(BIN)/python -m tests.browser.chromium || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
		apt-get update -qq; apt-get install -y -qq chromium-headless-shell || apt-get install -y -qq chromium; \
	else \
		$(BIN)/playwright install --with-deps chromium || $(BIN)/playwright install chromium; \
	fi
